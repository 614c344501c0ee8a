"""The four losses of section 3.5, track by track, detection by detection and pixel by pixel."""

from collections import Counter, defaultdict

import torch
import torch.nn.functional as F

from mmvist.models.graph_tracker.batch import gather_found
from mmvist.structures.boxes import box_iou
from tests.models.graph_tracker.builders import CLASSES


def cross_entropy(logit, target):
    return F.softplus(-logit if target else logit)


def objects_of(bboxes, sample):
    """For each detection the row of its object, or None."""
    truth, rows = sample.gt_instances, [None] * len(bboxes)
    overlap = box_iou(bboxes, truth.bboxes)
    for row in range(len(truth.ids)):
        rivals = [n for n in range(len(bboxes)) if overlap[n].argmax() == row and overlap[n, row] > .5]
        if rivals:
            rows[max(rivals, key=lambda n, row=row: overlap[n, row].item())] = row
    return rows


def shown_objects(sample, size):
    """Id of the object that each pixel shows, None for no object; pixels that do not count are left out."""
    height, width = sample.img_shape
    truth, pixels = sample.gt_instances, {}
    for y in range(height):
        for x in range(width):
            ids = [track for track, mask in zip(truth.ids.tolist(), truth.masks.masks, strict=True) if mask[y, x]]
            ignored = any(left <= x < right and top <= y < bottom
                          for left, top, right, bottom in sample.ignored_instances.bboxes.tolist())
            if ids or not ignored:
                assert len(ids) < 2
                pixels[y, x] = ids[0] if ids else None
    assert size[0] >= height
    assert size[1] >= width
    return pixels


def lovasz(chances, targets):
    """Of pixels with chances (P, C), each of one class; the mean over classes that there are."""
    terms = []
    for label in sorted(set(targets)):
        inside = torch.tensor([target == label for target in targets])
        errors, order = (inside.float() - chances[:, label]).abs().sort(descending=True)
        losses = []
        for wrong in range(len(order) + 1):
            mistaken = torch.zeros_like(inside)
            mistaken[order[:wrong]] = True
            losses.append(1 - (inside & ~mistaken).sum() / (inside | mistaken).sum())
        terms.append(sum((after - before) * error for before, after, error in zip(losses, losses[1:], errors,
                                                                                  strict=False)))
    return sum(terms) / len(terms)


def losses_by_loop(model, found, clips, stride):
    """The losses, and how often each of the cases came up that they tell apart."""
    count, length = len(clips), len(found[0])
    losses, cases, slots = defaultdict(float), Counter(), None
    owners, labels = [{} for _ in clips], [{} for _ in clips]
    for t in range(length):
        batch = gather_found([frames[t] for frames in found])
        step = model.advance(slots, batch)
        slots = step.slots
        maps = model.track_masks(batch, step)
        for video, clip in enumerate(clips):
            sample, owner = clip[t], owners[video]
            truth = sample.gt_instances
            detections = range(len(found[video][t][1]))
            rows = objects_of(batch.bboxes[video, :len(detections)], sample)
            ids = [None if row is None else truth.ids[row].item() for row in rows]
            cases['false detection'] += ids.count(None)

            held = set()
            for m in owner:
                assert step.before[video, m]
                first = owner[m] is not None and owner[m] not in held
                cases['duplicate'] += owner[m] in held
                for n in detections:
                    right = first and owner[m] == ids[n]
                    cases['match'] += right
                    losses['loss_match'] += 4 * cross_entropy(step.verdict.match[video, m, n], right) / count / length
                if first:
                    held.add(owner[m])
            for n in detections:
                right = ids[n] is not None and ids[n] not in held
                cases['birth'] += right
                losses['loss_init'] += cross_entropy(step.verdict.init[video, n], right) / count / length

            for m in step.born[video].nonzero()[:, 0].tolist():
                cases['start between others'] += m < step.before.shape[1]
                row = rows[step.choice[video, m]]
                owner[m] = None if row is None else truth.ids[row].item()
                labels[video][m] = CLASSES if row is None else truth.labels[row].item()
            assert sorted(owner) == slots.used[video].nonzero()[:, 0].tolist()
            weight = .285 * .8 ** (length - (t + 1) + 1)
            for m, label in labels[video].items():
                cases['false track'] += label == CLASSES
                losses['loss_score'] -= weight * slots.logits[video, m].log_softmax(0)[label] / count

            losses['loss_mask'] += mask_loss(maps[video], owner, sample, batch, found[video][t][0], stride,
                                             model.background, cases) / count / length
    return losses, cases


def mask_loss(maps, owner, sample, batch, frame, stride, background, cases):
    size = frame.image.shape[-2:]
    pixels = shown_objects(sample, size)
    cases['ignored pixel'] += size[0] * size[1] - len(pixels)
    first = {}
    for m in sorted(owner):
        first.setdefault(owner[m], m)
    grid = [(y, x) for y in range(stride // 2, size[0], stride) for x in range(stride // 2, size[1], stride)]
    shape = len({y for y, _ in grid}), len({x for _, x in grid})
    if len(maps):
        maps = F.interpolate(maps[None], shape, mode='bilinear', align_corners=False)[0]
    logits = torch.cat([torch.full((1, *shape), background), maps]).flatten(1)
    chances, targets = [], []
    for place, pixel in enumerate(grid):
        if pixel in pixels:
            track = pixels[pixel]
            cases['object without a track'] += track is not None and track not in first
            targets.append(first[track] + 1 if track is not None and track in first else 0)
            chances.append(logits[:, place].softmax(0))
    return lovasz(torch.stack(chances), targets)
