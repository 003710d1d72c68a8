"""The model and the loss in plain PyTorch, for the fixtures and the benchmark peers."""
