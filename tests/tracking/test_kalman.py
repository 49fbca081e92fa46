"""The Kalman filter of all tracks at once against a textbook filter of one track, with full 8 x 8 matrices."""

import numpy as np
import pytest

from mots_plugin.tracking.motion.kalman import CHI_SQUARED_95, BoxKalmanFilter


class TextbookFilter:
    """One track, matrices and all, with the constants of DeepSORT and JDE."""

    def __init__(self, measured):
        height = measured[3]
        self.mean = np.concatenate([measured, np.zeros(4)])
        self.covariance = np.diag(
            np.square([height / 10, height / 10, 1e-2, height / 10, height / 16, height / 16, 1e-5, height / 16])
        )

    def predict(self, lost=False):
        if lost:
            self.mean[7] = 0
        height = self.mean[3]
        step = [height / 20, height / 20, 1e-2, height / 20, height / 160, height / 160, 1e-5, height / 160]
        motion = np.eye(8) + np.eye(8, k=4)
        self.mean = motion @ self.mean
        self.covariance = motion @ self.covariance @ motion.T + np.diag(np.square(step))

    def project(self):
        height = self.mean[3]
        noise = np.diag(np.square([height / 20, height / 20, 1e-1, height / 20]))
        return self.mean[:4], self.covariance[:4, :4] + noise

    def update(self, measured):
        mean, covariance = self.project()
        gain = self.covariance[:, :4] @ np.linalg.inv(covariance)
        self.mean = self.mean + gain @ (measured - mean)
        self.covariance = self.covariance - gain @ covariance @ gain.T

    def squared_mahalanobis(self, measured):
        mean, covariance = self.project()
        return (measured - mean) @ np.linalg.inv(covariance) @ (measured - mean)

    def rows(self):
        diagonal = np.diag(self.covariance)
        return np.stack([self.mean[:4], self.mean[4:], diagonal[:4], np.diag(self.covariance, k=4), diagonal[4:]])


def random_boxes(rng, count):
    corners = rng.uniform(0, 500, (count, 2))
    return np.concatenate([corners, corners + rng.uniform(5, 200, (count, 2))], axis=1).astype(np.float32)


def measure(box):
    x1, y1, x2, y2 = map(float, box)
    return np.array([(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / (y2 - y1), y2 - y1])


def test_states_are_those_of_a_textbook_filter_over_a_life_with_gaps():
    rng = np.random.default_rng(0)
    model, boxes = BoxKalmanFilter(), random_boxes(rng, 6)
    states = model.initiate(boxes)
    textbook = [TextbookFilter(measure(box)) for box in boxes]
    lost = np.zeros(6, bool)
    for _ in range(12):
        boxes = boxes + rng.normal(0, 5, (6, 1)).astype(np.float32)
        states = model.predict(states, lost)
        for one, gone in zip(textbook, lost, strict=True):
            one.predict(gone)
        np.testing.assert_allclose(
            model.squared_mahalanobis(states, boxes),
            [[one.squared_mahalanobis(measure(box)) for box in boxes] for one in textbook],
            rtol=1e-9,
        )
        lost = rng.random(6) < 0.3
        states[~lost] = model.update(states[~lost], boxes[~lost])
        for row in np.flatnonzero(~lost):
            textbook[row].update(measure(boxes[row]))
        np.testing.assert_allclose(states, [one.rows() for one in textbook], rtol=1e-9, atol=1e-12)


def test_a_textbook_filter_couples_no_two_coordinates():
    """Why three numbers a coordinate say all that 8 x 8 matrices do."""
    one = TextbookFilter(np.array([10.0, 20.0, 0.5, 40.0]))
    for step in range(5):
        one.predict()
        one.update(np.array([11.0 + step, 20.0, 0.5, 41.0]))
    coupled = np.kron(np.ones((2, 2)), np.eye(4)) > 0
    assert np.abs(one.covariance[~coupled]).max() == 0


def test_a_box_that_moves_evenly_is_expected_where_it_will_be():
    model = BoxKalmanFilter()
    states = model.initiate(np.array([[0, 0, 20, 40]], np.float32))
    for step in range(1, 40):
        states = model.predict(states, np.array([False]))
        states = model.update(states, np.array([[3 * step, 0, 20 + 3 * step, 40]], np.float32))
    expected = model.boxes(model.predict(states, np.array([False])))
    np.testing.assert_allclose(expected, [[120, 0, 140, 40]], atol=0.05)


def test_a_new_track_is_expected_at_rest_and_gates_what_is_far():
    model = BoxKalmanFilter()
    states = model.predict(model.initiate(np.array([[0, 0, 20, 40]], np.float32)), np.array([False]))
    assert model.boxes(states).tolist() == [[0, 0, 20, 40]]
    # Along x: birth (40/10)^2, velocity (40/16)^2, step (40/20)^2, measurement (40/20)^2; together 30.25.
    near, far = [16, 0, 36, 40], [18, 0, 38, 40]
    distances = model.squared_mahalanobis(states, np.array([near, far], np.float32))
    assert distances[0] == pytest.approx([16**2 / 30.25, 18**2 / 30.25])
    assert (distances < CHI_SQUARED_95).tolist() == [[True, False]]


def test_a_box_without_height_keeps_the_state_finite():
    model = BoxKalmanFilter()
    states = model.predict(model.initiate(np.array([[5, 5, 5, 5]], np.float32)), np.array([True]))
    states = model.update(states, np.array([[5, 5, 5, 5]], np.float32))
    assert np.isfinite(states).all()
    np.testing.assert_allclose(model.boxes(states), [[5, 5, 5, 5]], atol=1e-5)
