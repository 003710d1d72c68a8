"""An epoch with PyTorch at its best: stored images on hand, Kornia's views of a whole batch, a tuned step."""

import kornia.augmentation as K
import numpy as np
import torch

from protocol import epoch_parser, serve
from reference.model import ResNet18, nt_xent, projection_head

TEMPERATURE = 0.2


def main() -> None:
    arguments = epoch_parser(__doc__).parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    side, strength = arguments.image_size, arguments.strength
    transform = K.AugmentationSequential(
        K.RandomResizedCrop((side, side), scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)),
        K.RandomHorizontalFlip(p=0.5),
        K.ColorJitter(0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength, p=0.8),
        K.RandomGrayscale(p=0.2),
        data_keys=["input"],
        same_on_batch=False,
    )
    pixels = torch.from_numpy(np.load(arguments.images)[: arguments.count]).permute(0, 3, 1, 2)
    encoder = ResNet18(arguments.width).to(memory_format=torch.channels_last).train()
    head = projection_head(8 * arguments.width, 128, 64).train()
    parameters = [*encoder.parameters(), *head.parameters()]
    update = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=1e-4, fused=True)

    def epoch() -> int:
        batches = torch.randperm(len(pixels)).split(arguments.batch)
        batches = [batch for batch in batches if len(batch) == arguments.batch]
        for batch in batches:
            with torch.no_grad():
                images = pixels[batch].float() / 255
                views = transform(torch.cat([images, images]))
            views = views.contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                h = encoder(views)
            nt_xent(head(h.float()), TEMPERATURE).backward()
            update.step()
            update.zero_grad(set_to_none=True)
        return len(batches) * arguments.batch * 2

    epoch()
    setting = vars(arguments) | {"images": str(arguments.images), "count": len(pixels)}
    serve(epoch, torch.device("cpu"), ("torch", "kornia"), setting)


if __name__ == "__main__":
    main()
