"""A topic's module has `make(folder)`, which writes its files and returns their paths."""
