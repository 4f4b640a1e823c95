"""The services: each one a folder, each one a process. None of them imports another."""
