"""Running the lessons: in JupyterLab, unattended, and once more for the author."""
