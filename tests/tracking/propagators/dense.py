"""The Kalman filters of DeepSORT and SORT as their authors write them: whole matrices, one object at a time."""

import numpy as np


class Dense:
    """A Kalman filter of four numbers and the change of the first `changes` of them, one object."""

    def __init__(self, measured, first, changes):
        self.mean = np.concatenate([measured, np.zeros(changes)])
        self.covariance = np.diag(first).astype(float)
        self.transition = np.eye(4 + changes)
        self.transition[np.arange(changes), 4 + np.arange(changes)] = 1

    def predict(self, noise):
        self.mean = self.transition @ self.mean
        self.covariance = self.transition @ self.covariance @ self.transition.T + noise

    def projected(self, noise):
        """What it expects to measure: mean (4,) and covariance (4, 4)."""
        observed = np.eye(4, len(self.mean))
        return observed @ self.mean, observed @ self.covariance @ observed.T + noise

    def correct(self, measured, noise):
        expected, total = self.projected(noise)
        gain = self.covariance[:, :4] @ np.linalg.inv(total)
        self.mean = self.mean + gain @ (measured - expected)
        self.covariance = self.covariance - gain @ total @ gain.T

    def measure(self, box):
        self.correct(self.numbers(box), self.noise)

    def distance(self, box):
        """Squared Mahalanobis distance."""
        expected, total = self.projected(self.noise)
        away = self.numbers(box) - expected
        return away @ np.linalg.inv(total) @ away


class DenseDeepSORT(Dense):
    """Wojke et al.'s kalman_filter.py: standard deviations are shares of the height."""

    def __init__(self, box):
        large = height(box)
        super().__init__(self.numbers(box), np.square([.1 * large, .1 * large, 1e-2, .1 * large,
                                                       large / 16, large / 16, 1e-5, large / 16]), 4)

    @staticmethod
    def numbers(box):
        return np.array(centre(box) + [width(box) / height(box), height(box)])

    @property
    def noise(self):
        large = self.mean[3]
        return np.diag(np.square([large / 20, large / 20, 1e-1, large / 20]))

    def advance(self):
        large = self.mean[3]
        self.predict(np.diag(np.square([large / 20, large / 20, 1e-2, large / 20,
                                        large / 160, large / 160, 1e-5, large / 160])))

    def box(self):
        x, y, aspect, large = self.mean[:4]
        return [x - aspect * large / 2, y - large / 2, x + aspect * large / 2, y + large / 2]


class DenseSORT(Dense):
    """Bewley et al.'s sort.py: area and aspect ratio, fixed variances."""

    noise = np.diag([1., 1., 10., 10.])

    def __init__(self, box):
        super().__init__(self.numbers(box), [10, 10, 10, 10, 1e4, 1e4, 1e4], 3)

    @staticmethod
    def numbers(box):
        return np.array(centre(box) + [width(box) * height(box), width(box) / height(box)])

    def advance(self):
        if self.mean[2] + self.mean[6] <= 0:
            self.mean[6] = 0
        self.predict(np.diag([1, 1, 1, 1, 1e-2, 1e-2, 1e-4]))

    def box(self):
        x, y, area, aspect = self.mean[:4]
        wide = np.sqrt(area * aspect)
        return [x - wide / 2, y - area / wide / 2, x + wide / 2, y + area / wide / 2]


def centre(box):
    return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]


def width(box):
    return box[2] - box[0]


def height(box):
    return box[3] - box[1]
