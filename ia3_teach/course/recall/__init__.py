"""Five questions to each lesson, with a reason for every choice: read, and shown without a kernel."""
