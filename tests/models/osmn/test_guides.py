import pytest
import torch

from mmvist.models.osmn.guides import BORDER, GuideJitter, picture

SIDE = 24


@pytest.fixture
def image():
    return torch.rand((1, 3, 40, 60), generator=torch.Generator().manual_seed(0))


@pytest.fixture
def mask():
    """Eight pixels square, so that it and its border are as large as the picture."""
    mask = torch.zeros(1, 40, 60, dtype=torch.bool)
    mask[0, 12:20, 30:38] = True
    mask[0, 13, 31] = False
    return mask


def cut(image, mask):
    rows, columns = slice(12 - BORDER, 20 + BORDER), slice(30 - BORDER, 38 + BORDER)
    return (image * mask)[:, :, rows, columns]


def test_a_picture_is_the_object_alone(image, mask):
    torch.testing.assert_close(picture(image, mask, SIDE), cut(image, mask))


def test_a_picture_is_stretched():
    image, mask = torch.ones(1, 3, 40, 60), torch.zeros(1, 40, 60, dtype=torch.bool)
    mask[0, 16:24, 16:40] = True
    # 8 of 24 rows and 24 of 40 columns are object.
    assert picture(image, mask, 120)[0, 0].sum().item() == 40 * 72


def test_a_border_ends_at_the_images_edge(image):
    mask = torch.zeros(1, 40, 60, dtype=torch.bool)
    mask[0, :16, :16] = True
    torch.testing.assert_close(picture(image, mask, SIDE), (image * mask)[:, :, :24, :24])


def test_mirrored(image, mask):
    mirrored = picture(image, mask, SIDE, GuideJitter(turn=0, crop=0, flip=1))
    torch.testing.assert_close(mirrored, cut(image, mask).flip(3))


def test_turning_keeps_what_is_in_the_middle(image, mask):
    torch.manual_seed(1)
    turned = picture(image, mask, SIDE, GuideJitter(turn=10, crop=0, flip=0))
    plain = cut(image, mask)
    assert not torch.allclose(turned, plain)
    assert ((turned != 0) == (plain != 0)).float().mean() > 0.95


def test_one_side_is_cut():
    torch.manual_seed(0)
    image, mask = torch.ones(200, 3, 40, 60), torch.zeros(200, 40, 60, dtype=torch.bool)
    mask[:, 8:32, 8:48] = True
    shares = picture(image, mask, 100, GuideJitter(turn=0, crop=0.1, flip=0))[:, 0].mean(dim=(1, 2))
    whole = 24 / 40 * 40 / 56
    assert shares.min() > whole - 0.02
    assert whole * 1.08 < shares.max() < whole / 0.9 + 0.02


def test_empty_masks_make_empty_pictures(image, mask):
    assert picture(image, torch.zeros_like(mask), SIDE).abs().sum() == 0
    assert picture(image[:0], mask[:0], SIDE).shape == (0, 3, SIDE, SIDE)
