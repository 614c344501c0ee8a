"""The view synthesis loss: its parts by hand, and the street world, where true depth and motion explain frames best."""

import numpy as np
import pytest
import torch

from mmvist.models.layers.view_geometry import inverse_motion, motion_from_pose
from mmvist.models.losses.photometric import edge_aware_smoothness, photometric_error
from mmvist.models.losses.view_synthesis import MARGIN, ViewSynthesisLoss, auto_mask, least_error, view_synthesis
from mmvist.registry import MODELS
from mmvist.worlds import WorldConfig, generate_video

FAR = 1e4       # metres, in place of the sky's infinity


def drawn(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def camera(height, width, batch=1):
    """(B, 3, 3), focal length 10, principal point in the middle."""
    matrix = torch.tensor([[10., 0, (width - 1) / 2], [0, 10, (height - 1) / 2], [0, 0, 1]])
    return matrix.expand(batch, 3, 3)


def still(batch=1):
    return torch.eye(4).expand(batch, 4, 4)


def shifted(x, batch=1):
    motion = torch.eye(4)
    motion[0, 3] = x
    return motion.expand(batch, 4, 4)


def flat(depth, height, width, batch=1):
    """The disparity of a wall, with the default range of depths."""
    return torch.full((batch, 1, height, width), (1 / depth - .01) / 9.99)


def test_each_pixel_takes_its_best_source():
    target = torch.full((1, 3, 4, 8), .5)
    left, right = target.clone(), target.clone()
    left[..., 4:], right[..., :4] = .9, .2
    error = least_error(target, [left, right])
    # Windows of 3 x 3 pixels reach over the seam.
    assert not error[..., :3].any()
    assert not error[..., 5:].any()
    assert (error[..., 3:5] > 0).all()
    both = torch.stack([photometric_error(target, source) for source in (left, right)])
    assert torch.equal(error, both.min(0).values)


def test_mask_by_hand():
    warped = torch.tensor([.1, .2, .3, .2, 0, .2 - 2 * MARGIN])
    unwarped = torch.tensor([.2, .1, .3, .2 + MARGIN / 2, 0, .2])
    assert auto_mask(warped, unwarped).tolist() == [True, False, False, False, False, True]


@pytest.mark.parametrize('motion', [still(2), shifted(.3, 2), motion_from_pose(torch.full((2, 6), .05))])
def test_of_a_static_pair_nothing_is_left(motion):
    target = drawn(2, 3, 8, 12)
    motion = motion.clone().requires_grad_()
    disparity = drawn(2, 1, 8, 12, seed=1).requires_grad_()
    loss = view_synthesis(target, [target, target], [disparity], [motion, motion], camera(8, 12, 2), smoothness=0.)
    loss.backward()
    assert loss.item() == 0
    assert not motion.grad.any()
    assert not disparity.grad.any()


def test_a_source_that_moves_by_the_true_motion_costs_nothing():
    # f t / z = 10 * .8 / 4: two pixels. What left the image is at the right; its border is repeated there.
    source = drawn(1, 3, 8, 12)
    target = source[..., (torch.arange(12) + 2).clamp(max=11)]
    loss = view_synthesis(target, [source], [flat(4., 8, 12)], [shifted(.8)], camera(8, 12))
    assert loss.item() == pytest.approx(0, abs=1e-5)
    assert view_synthesis(target, [source], [flat(4., 8, 12)], [shifted(.4)], camera(8, 12)).item() > .1


def test_masked_pixels_cost_what_the_unwarped_source_costs():
    source = drawn(1, 3, 8, 12)
    target = source[..., (torch.arange(12) + 2).clamp(max=11)].clone()
    # The lower half stands still.
    target[:, :, 4:] = source[:, :, 4:]
    motion = shifted(.8).clone().requires_grad_()
    disparity = flat(4., 8, 12).requires_grad_()
    loss = view_synthesis(target, [source], [disparity], [motion], camera(8, 12), smoothness=0.)
    moved = source[..., (torch.arange(12) + 2).clamp(max=11)]
    expected = torch.minimum(photometric_error(target, moved), photometric_error(target, source))
    torch.testing.assert_close(loss, expected.mean(), rtol=1e-3, atol=0)
    loss.backward()
    # Rows 5 to 7 see nothing of what moves.
    assert not disparity.grad[:, :, 5:].any()


def test_without_masks_a_wrong_motion_is_paid_for_everywhere():
    source = drawn(1, 3, 8, 12)
    target = source[..., (torch.arange(12) + 2).clamp(max=11)].clone()
    motion = shifted(-.8).clone().requires_grad_()
    rest = [source], [flat(4., 8, 12)], [motion], camera(8, 12)
    warped = source[..., (torch.arange(12) - 2).clamp(min=0)]
    loss = view_synthesis(target, *rest, smoothness=0., masks=False)
    torch.testing.assert_close(loss, photometric_error(target, warped).mean(), rtol=1e-3, atol=0)
    assert loss > view_synthesis(target, *rest, smoothness=0.)
    loss.backward()
    assert motion.grad[0, 0, 3] != 0
    module = ViewSynthesisLoss(smoothness=0., masks=False)
    assert torch.equal(module(target, *rest), loss)


def test_of_two_sources_one_may_be_of_no_use():
    source = drawn(1, 3, 8, 12)
    target = source[..., (torch.arange(12) + 2).clamp(max=11)]
    loss = view_synthesis(target, [drawn(1, 3, 8, 12, seed=5), source], [flat(4., 8, 12)], [still(), shifted(.8)],
                          camera(8, 12))
    assert loss.item() == pytest.approx(0, abs=1e-5)


def test_smoothness_halves_with_the_scale_and_scales_are_averaged():
    # A static pair leaves the smoothness alone; images are reduced by the mean of 2 x 2 and 4 x 4 pixels.
    target = drawn(2, 3, 8, 12)
    disparities = [.1 + drawn(2, 1, 8 >> scale, 12 >> scale, seed=scale) for scale in range(3)]
    images = [target, *(torch.nn.functional.avg_pool2d(target, 2 ** scale) for scale in (1, 2))]
    expected = sum(1e-3 / 2 ** scale * edge_aware_smoothness(disparities[scale], images[scale])
                   for scale in range(3)) / 3
    for order in ([0, 1, 2], [2, 0, 1]):
        loss = view_synthesis(target, [target], [disparities[scale] for scale in order], [still(2)], camera(8, 12, 2))
        torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize('scale', [2, 4])
def test_coarse_disparities_are_warped_at_full_size(scale):
    target, source = drawn(1, 3, 8, 12), drawn(1, 3, 8, 12, seed=1)
    full, coarse = (view_synthesis(target, [source], [flat(4., 8 // step, 12 // step)], [shifted(.5)], camera(8, 12))
                    for step in (1, scale))
    torch.testing.assert_close(full, coarse)


def test_errors_of_scales_are_averaged():
    target, source = drawn(1, 3, 8, 12), drawn(1, 3, 8, 12, seed=1)
    disparities = [flat(depth, 8 // step, 12 // step) for depth, step in ((4., 1), (2., 2), (7., 4))]
    apart = [view_synthesis(target, [source], [disparity], [shifted(.5)], camera(8, 12)) for disparity in disparities]
    together = view_synthesis(target, [source], disparities, [shifted(.5)], camera(8, 12))
    torch.testing.assert_close(together, sum(apart) / 3)


def test_where_training_begins_gradients_are_finite():
    # No rotation, no translation, no texture.
    target, source = torch.zeros(1, 3, 8, 12), drawn(1, 3, 8, 12)
    poses = torch.zeros(1, 6, requires_grad=True)
    disparity = torch.full((1, 1, 8, 12), .5, requires_grad=True)
    for images in ((target, source), (source, target), (source, drawn(1, 3, 8, 12, seed=1))):
        view_synthesis(images[0], [images[1]], [disparity], [motion_from_pose(poses)], camera(8, 12)).backward()
    assert torch.isfinite(poses.grad).all()
    assert torch.isfinite(disparity.grad).all()


def test_gradient():
    # Slanted enough that no pixel lies at a kink of the bilinear reading, or of the minimum.
    target, sources = drawn(1, 2, 5, 6).double(), [drawn(1, 2, 5, 6, seed=seed).double() for seed in (1, 2)]
    poses = torch.tensor([[.01, -.02, .05, .1, .07, -.2], [.03, .01, -.04, -.12, .06, .1]]).double().requires_grad_()
    disparity = (.02 + .05 * drawn(1, 1, 5, 6, seed=3)).double().requires_grad_()

    def loss(disparity, poses):
        return view_synthesis(target, sources, [disparity], motion_from_pose(poses)[:, None], camera(5, 6).double(),
                              smoothness=.1)

    assert torch.autograd.gradcheck(loss, (disparity, poses))


def test_no_target():
    disparity = torch.zeros(0, 1, 4, 6, requires_grad=True)
    motion = torch.zeros(0, 4, 4, requires_grad=True)
    loss = ViewSynthesisLoss()(torch.zeros(0, 3, 8, 12), [torch.zeros(0, 3, 8, 12)], [disparity], [motion],
                               torch.zeros(0, 3, 3))
    loss.backward()
    assert loss.item() == 0
    assert motion.grad.shape == (0, 4, 4)


def test_the_module_passes_its_numbers_on():
    arguments = (drawn(1, 3, 8, 12), [drawn(1, 3, 8, 12, seed=1)], [.1 + drawn(1, 1, 4, 6)], [shifted(.3)],
                 camera(8, 12))
    assert MODELS.build(dict(type='ViewSynthesisLoss'))(*arguments).item() == view_synthesis(*arguments).item()
    numbers = dict(ssim_share=.3, smoothness=.5, depth_range=[.5, 20.])
    built = MODELS.build(dict(type='ViewSynthesisLoss', loss_weight=2., **numbers))
    assert built(*arguments).item() == pytest.approx(2 * view_synthesis(*arguments, **numbers).item())


def test_mixed_precision_does_not_reach_it():
    arguments = (drawn(1, 3, 8, 12), [drawn(1, 3, 8, 12, seed=1)], [.1 + drawn(1, 1, 8, 12)], [shifted(.3)],
                 camera(8, 12))
    full = ViewSynthesisLoss()(*arguments)
    with torch.autocast('cpu', torch.bfloat16):
        assert torch.equal(ViewSynthesisLoss()(*arguments), full)
    coarse = ViewSynthesisLoss()(arguments[0], arguments[1], [arguments[2][0].half()], *arguments[3:])
    assert coarse.dtype == torch.float32
    torch.testing.assert_close(coarse, full, rtol=1e-2, atol=0)


@pytest.mark.parametrize(('change', 'message'), [
    (dict(sources=[]), 'got 1, 0 and 1'),
    (dict(motions=[still(), still()]), 'got 1, 1 and 2'),
    (dict(disparities=[]), 'got 0, 1 and 1'),
    (dict(sources=[torch.zeros(1, 3, 4, 6)]), r'source must have shape \(1, 3, 8, 12\), got \(1, 3, 4, 6\)'),
    (dict(motions=[torch.zeros(1, 6)]), r'motion must have shape \(1, 4, 4\), got \(1, 6\)'),
    (dict(intrinsics=torch.eye(3)), r'intrinsics must have shape \(1, 3, 3\), got \(3, 3\)'),
    (dict(disparities=[torch.zeros(1, 8, 12)]), r'disparity must have shape \(1, 1, h, w\), got \(1, 8, 12\)'),
])
def test_what_does_not_fit(change, message):
    arguments = dict(targets=torch.zeros(1, 3, 8, 12), sources=[torch.zeros(1, 3, 8, 12)],
                     disparities=[torch.ones(1, 1, 8, 12)], motions=[still()], intrinsics=camera(8, 12))
    with pytest.raises(ValueError, match=message):
        view_synthesis(**{**arguments, **change})


@pytest.mark.parametrize(('numbers', 'message'), [
    (dict(ssim_share=1.5), 'ssim_share must lie in 0..1, got 1.5'),
    (dict(depth_range=(0., 100.)), r'depth_range .* got \(0.0, 100.0\)'),
    (dict(depth_range=(5., 1.)), r'depth_range .* got \(5.0, 1.0\)'),
])
def test_numbers_out_of_range(numbers, message):
    with pytest.raises(ValueError, match=message):
        ViewSynthesisLoss(**numbers)


class Street:
    """Three frames of a street without objects, so that nothing moves but the camera; frame 1 is the target.

    The world stores poses camera to world, with the axes and pixels of `view_geometry`, so the motion from the target's
    axes to a source's is inverse(source pose) @ target pose.
    """

    def __init__(self, index):
        config = WorldConfig(num_train_videos=6, num_val_videos=0, num_frames=3, height=96, width=160, noise=0.,
                             min_objects=0, max_objects=0, full_occlusions=0., look_alikes=0., reentries=0.)
        video = generate_video(config, 'train', index)
        self.images = torch.from_numpy(video.images).permute(0, 3, 1, 2)[:, None].float() / 255
        self.depth = torch.from_numpy(video.depth[1])[None, None].clamp(max=FAR)
        self.motions = [torch.from_numpy(np.linalg.inv(video.poses[source]) @ video.poses[1]).float()[None]
                        for source in (0, 2)]
        self.intrinsics = torch.from_numpy(video.intrinsics).float()[None]
        self.criterion = ViewSynthesisLoss(depth_range=(.1, FAR))

    def loss(self, scale=1., turned=(0., 0., 0., 0., 0., 0.)):
        """With the true depth times a scale, and the true motions changed the way a still camera would move.

        Args:
            scale: Factor.
            turned: Pose that is added to each motion, the same to the future as from the past.
        """
        disparity = (1 / (scale * self.depth).clamp(max=FAR) - 1 / FAR) / (10 - 1 / FAR)
        change = motion_from_pose(torch.tensor([turned]))
        motions = [change @ self.motions[0], inverse_motion(change) @ self.motions[1]]
        return self.criterion(self.images[1], [self.images[0], self.images[2]], [disparity], motions, self.intrinsics)


@pytest.fixture(scope='module', params=[1, 4])
def street(request):
    return Street(request.param)


@pytest.mark.parametrize('scale', [.5, .8, .9, 1.1, 1.25, 2.])
def test_true_depth_explains_frames_best(street, scale):
    assert street.loss(scale) > 1.05 * street.loss()


@pytest.mark.parametrize('sign', [-1, 1])
@pytest.mark.parametrize(('number', 'size'), [(0, .005), (1, .005), (2, .005), (3, .05), (4, .05), (5, .05)])
def test_true_motion_explains_frames_best(street, number, size, sign):
    # A third of a degree, or five centimetres, where the camera drives thirty to forty.
    turned = [0.] * 6
    turned[number] = sign * size
    assert street.loss(turned=turned) > 1.1 * street.loss()


@pytest.mark.parametrize(('scale', 'sign'), [(.8, -1), (.9, -1), (1.1, 1), (1.25, 1)])
def test_gradients_lead_to_the_true_depth(street, scale, sign):
    factor = torch.tensor(scale, requires_grad=True)
    street.loss(factor).backward()
    assert factor.grad.sign() == sign
