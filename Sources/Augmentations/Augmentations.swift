// Augmentations
