"""The model and the loss in plain PyTorch, shared by the fixtures and the benchmark peers."""
