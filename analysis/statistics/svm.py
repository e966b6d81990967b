"""Cross-validated linear support vector machine that up-samples the minority class in the training folds only.

Everything happens on inner products, so that a fold costs one small Gram matrix, and label permutations share it.
SMOTE (Chawla et al. 2002) then reads: a synthetic sample lies between a minority sample and one of its five nearest
minority neighbours. With the same draws the result is that of imbalanced-learn.
"""

from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.svm import SVC

NEIGHBOURS = 5  # of SMOTE
COST = 1.0  # C of the SVM for predictors of unit mean square; the paper states none


def fold_numbers(n: int, folds: int, generator: np.random.Generator) -> np.ndarray:
    """Fold of each of `n` samples, (n,): leave-one-out when ``folds >= n``, else `folds` of equal size at random."""
    return np.arange(n) if folds >= n else generator.permutation(np.arange(n) % folds)


def held_out_predictions(
    predictors: np.ndarray, labels: np.ndarray, fold: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Class of each sample, predicted by a linear SVM that was trained without the sample's fold.

    predictors : (samples, features); z-scored with mean and deviation of the training fold, then divided by the root
        of the number of features, so that `COST` means the same for any number
    labels : (sets, samples) bool; several labellings of the same samples, each decoded on its own
    fold : (samples,) of `fold_numbers`
    generator : source of the synthetic samples
    Returns (sets, samples) bool. A training fold of one class predicts that class.
    """
    predictors, labels = np.asarray(predictors, float), np.atleast_2d(labels).astype(bool)
    predicted = np.zeros(labels.shape, bool)
    with config_context(assume_finite=True, skip_parameter_validation=True):
        for number in np.unique(fold):
            test = fold == number
            train = predictors[~test]
            deviation = train.std(0)
            scale = np.where(deviation > 0, deviation, 1) * np.sqrt(predictors.shape[1])
            train = (train - train.mean(0)) / scale
            gram = train @ train.T
            across = ((predictors[test] - predictors[~test].mean(0)) / scale) @ train.T
            for n, own in enumerate(labels[:, ~test]):
                predicted[n, test] = _predict(gram, own, across, generator)
    return predicted


def _predict(gram: np.ndarray, labels: np.ndarray, across: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    if labels.all() or not labels.any():
        return np.full(len(across), labels[0])
    base, neighbour, step = smote_draws(gram, labels, generator)
    gram = with_synthetic(with_synthetic(gram, base, neighbour, step).T, base, neighbour, step)
    across = with_synthetic(across.T, base, neighbour, step).T
    minority = not labels.mean() > 0.5
    labels = np.append(labels, np.full(base.size, minority))
    machine = SVC(kernel="precomputed", C=COST).fit(gram, labels)
    # As its `predict`, without the checks that cost as much as the fit.
    return across[:, machine.support_] @ machine.dual_coef_[0] + machine.intercept_[0] > 0


def smote_draws(
    gram: np.ndarray, labels: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples to put between pairs of minority samples so that both classes are equally large.

    gram : (samples, samples) inner products
    labels : (samples,) bool
    generator : numpy's Generator or RandomState
    Returns base and neighbour (sample numbers) and the step from one to the other, 0 to 1. A minority of a single
    sample is repeated.
    """
    minority = np.flatnonzero(labels if labels.mean() <= 0.5 else ~labels)
    missing = labels.size - 2 * minority.size
    own = gram[np.ix_(minority, minority)]
    square = np.diag(own)
    distance = square[:, None] + square[None, :] - 2 * own
    np.fill_diagonal(distance, -np.inf)
    near = minority[np.argsort(distance, axis=1, kind="stable")[:, 1 : NEIGHBOURS + 1]]
    if not near.size:
        near = minority[:, None]
    draw: Any = getattr(generator, "integers", None) or getattr(generator, "randint")  # noqa: B009
    pair = draw(0, near.size, size=missing)
    row, column = np.divmod(pair, near.shape[1])
    return minority[row], near[row, column], generator.uniform(size=missing)


def with_synthetic(rows: np.ndarray, base: np.ndarray, neighbour: np.ndarray, step: np.ndarray) -> np.ndarray:
    """`rows` (samples, ...), followed by the synthetic samples of `smote_draws`."""
    synthetic = rows[base] + step[:, None] * (rows[neighbour] - rows[base])
    return np.concatenate([rows, synthetic])


def accuracies(predicted: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of correct predictions, and the mean of that share over both classes, each (sets,)."""
    predicted, labels = np.atleast_2d(predicted), np.atleast_2d(labels).astype(bool)
    correct = predicted == labels
    by_class = [np.where(chosen, correct, 0).sum(1) / chosen.sum(1) for chosen in (labels, ~labels)]
    return correct.mean(1), (by_class[0] + by_class[1]) / 2


def permuted_labels(
    labels: np.ndarray, session: np.ndarray, shuffles: int, generator: np.random.Generator
) -> np.ndarray:
    """`shuffles` permutations of `labels` within each session, (shuffles, samples).

    Within sessions, so that a drift over days of both labels and predictors counts as chance.
    """
    permuted = np.tile(labels, (shuffles, 1))
    for day in np.unique(session):
        own = np.flatnonzero(session == day)
        permuted[:, own] = generator.permuted(permuted[:, own], axis=1)
    return permuted


def decode(
    predictors: np.ndarray, labels: np.ndarray, session: np.ndarray, folds: int, shuffles: int, seeds: list[int]
) -> np.ndarray:
    """Accuracy and balanced accuracy, (2, 1 + shuffles): of the labels, then of their permutations.

    predictors : (samples, features); labels : (samples,) bool; session : (samples,), permutations stay within it
    folds : number of folds of the cross-validation, leave-one-out when there are no more samples
    seeds : seeds of all that is random
    """
    generator = np.random.default_rng(seeds)
    fold = fold_numbers(labels.size, folds, generator)
    sets = np.concatenate([labels[None], permuted_labels(labels, session, shuffles, generator)])
    return np.array(accuracies(held_out_predictions(predictors, sets, fold, generator), sets))
