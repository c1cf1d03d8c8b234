"""The course around the library: what is shipped, the world it was made in, lessons, builds, pages."""
