// Contrastive
