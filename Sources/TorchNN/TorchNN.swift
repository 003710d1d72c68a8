// TorchNN
