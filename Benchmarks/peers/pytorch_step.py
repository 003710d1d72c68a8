"""PyTorch's eager contrastive training step, in the best setting that PyTorch offers."""

import argparse
import warnings

import torch
from torch import nn

from protocol import serve
from reference.model import ResNet18, nt_xent, projection_head

TEMPERATURE = 0.2
WARM_UP_STEPS = 3


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=["resnet18", "resnet50", "vit-tiny"], default="resnet18")
    parser.add_argument("--width", type=int, default=16, help="of resnet18, whose stem is the small one")
    parser.add_argument("--views", type=int, default=512, help="twice the samples of a batch")
    parser.add_argument("--steps", type=int, default=5, help="steps a repetition")
    parser.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
    parser.add_argument("--channels-last", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--optimizer",
        choices=["adamw-fused", "adamw-foreach", "sgd-fused", "sgd-foreach"],
        default="adamw-fused",
    )
    parser.add_argument("--image-size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compile", action="store_true", help="encoder, head and loss by torch.compile")
    parser.add_argument(
        "--tuned", action="store_true", help="cuDNN tries its algorithms and keeps the fastest"
    )
    return parser.parse_args()


def optimizer(name: str, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    kind, implementation = name.split("-")
    if kind == "adamw":
        return torch.optim.AdamW(parameters, lr=1e-3, weight_decay=1e-4, **{implementation: True})
    return torch.optim.SGD(
        parameters, lr=0.03, momentum=0.9, weight_decay=1e-4, **{implementation: True}
    )


def network(arguments: argparse.Namespace) -> tuple[nn.Module, int]:
    """The encoder without its classifier, and the length of what it gives."""
    if arguments.model == "resnet18":
        return ResNet18(arguments.width), 8 * arguments.width
    from reference import vision  # noqa: F401  (before whatever imports torchvision)

    if arguments.model == "vit-tiny":
        import timm

        model = timm.create_model(
            "vit_tiny_patch16_224", img_size=arguments.image_size, num_classes=0
        )
        return model, model.num_features
    from torchvision.models import resnet50

    model = resnet50()
    model.fc = nn.Identity()
    return model, 2048


def main() -> None:
    # What a step costs is the question, not what the compiler remarks.
    warnings.filterwarnings("ignore")
    arguments = parsed_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = arguments.tuned
    device = torch.device(arguments.device)
    layout = torch.channels_last if arguments.channels_last else torch.contiguous_format
    encoder, features = network(arguments)
    encoder = encoder.to(device, memory_format=layout).train()
    head = projection_head(features, 128, 64).to(device).train()
    update = optimizer(arguments.optimizer, [*encoder.parameters(), *head.parameters()])
    size = arguments.image_size
    views = torch.rand(arguments.views, 3, size, size).to(device, memory_format=layout)
    mixed = arguments.precision == "bf16"

    def loss_of(views: torch.Tensor) -> torch.Tensor:
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=mixed):
            h = encoder(views)
        return nt_xent(head(h.float()), TEMPERATURE)

    if arguments.compile:
        loss_of = torch.compile(loss_of)

    def step() -> None:
        loss_of(views).backward()
        update.step()
        # Here and not before the backward pass: gradients need not live through the forward pass.
        update.zero_grad(set_to_none=True)

    def repetition(steps: int = arguments.steps) -> int:
        for _ in range(steps):
            step()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return steps * arguments.views

    repetition(WARM_UP_STEPS)
    serve(repetition, device, ("torch",), vars(arguments))


if __name__ == "__main__":
    main()
