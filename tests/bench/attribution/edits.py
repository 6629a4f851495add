"""What people do to a picture before they pass it on: two or three edits on top of each other, by albumentations."""

import random

import albumentations
import cv2
import numpy as np

WHITE = (255, 255, 255)
EDITS = {
    "crop": lambda: albumentations.RandomSizedCrop(min_max_height=(220, 400), size=(400, 400), p=1),
    "turn": lambda: albumentations.Rotate(limit=(-35, 35), border_mode=cv2.BORDER_CONSTANT, fill=WHITE, p=1),
    "lean": lambda: albumentations.Perspective(
        scale=(0.05, 0.12), border_mode=cv2.BORDER_CONSTANT, fill=WHITE, p=1
    ),
    "mirror": lambda: albumentations.HorizontalFlip(p=1),
    "colour": lambda: albumentations.HueSaturationValue((-25, 25), (-60, 60), (-30, 30), p=1),
    "light": lambda: albumentations.RandomBrightnessContrast(
        brightness_limit=(-0.3, 0.3), contrast_limit=(-0.4, 0.4), p=1
    ),
    "grey": lambda: albumentations.ToGray(p=1),
    "blur": lambda: albumentations.GaussianBlur(blur_limit=(3, 9), p=1),
    "noise": lambda: albumentations.GaussNoise(std_range=(0.03, 0.12), p=1),
    "jpeg": lambda: albumentations.ImageCompression(quality_range=(15, 50), p=1),
    "small": lambda: albumentations.Downscale(scale_range=(0.25, 0.5), p=1),
    "holes": lambda: albumentations.CoarseDropout(
        num_holes_range=(2, 5),
        hole_height_range=(0.08, 0.2),
        hole_width_range=(0.08, 0.2),
        fill="random_uniform",
        p=1,
    ),
}


def edit(png, seed):
    """The picture after two or three edits, as PNG, and their names. The same for the same seed."""
    dice = random.Random(seed)
    names = dice.sample(sorted(EDITS), dice.choice((2, 3)))
    pixels = cv2.cvtColor(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    pixels = _square(pixels) if "crop" in names else pixels
    changed = albumentations.Compose([EDITS[name]() for name in names], seed=seed)(image=pixels)["image"]
    return cv2.imencode(".png", cv2.cvtColor(changed, cv2.COLOR_RGB2BGR))[1].tobytes(), names


def _square(pixels):
    """Crops are taken out of a square, so that they may reach over the edge of a flat drawing."""
    height, width = pixels.shape[:2]
    side = max(height, width, 420)
    square = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square
