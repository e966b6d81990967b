import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from apical.analysis.statistics.svm import (
    COST,
    accuracies,
    fold_numbers,
    held_out_predictions,
    permuted_labels,
    smote_draws,
    with_synthetic,
)


def samples(n, features, share, seed, separation=0.0):
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(n) < round(share * n))
    predictors = generator.normal(0, [1, 5] * (features // 2), (n, features))
    predictors[:, 0] += separation * labels
    return predictors, labels


def leave_one_out(predictors, labels, seed=0):
    fold = np.arange(labels.size)
    return held_out_predictions(predictors, labels, fold, np.random.default_rng(seed))[0]


@pytest.mark.parametrize("rare", [True, False])
def test_smote_is_that_of_imbalanced_learn(rare):
    predictors, labels = samples(40, 6, 0.25, 1)
    labels = labels if rare else ~labels
    draws = smote_draws(predictors @ predictors.T, labels, np.random.RandomState(7))
    resampled, classes = SMOTE(random_state=7).fit_resample(predictors, labels)
    np.testing.assert_allclose(with_synthetic(predictors, *draws), resampled)
    assert classes[40:].tolist() == [rare] * 20


def test_predictions_are_those_of_a_pipeline_of_libraries():
    predictors, labels = samples(45, 4, 0.3, 2, separation=1.0)
    fold = fold_numbers(45, 9, np.random.default_rng(0))
    state = np.random.RandomState(3)
    divide = FunctionTransformer(lambda x: x / 2)  # root of the four features
    pipeline = make_pipeline(StandardScaler(), divide, SMOTE(random_state=state), SVC(kernel="linear", C=COST))
    expected = np.zeros(45, bool)
    for n in range(9):
        expected[fold == n] = pipeline.fit(predictors[fold != n], labels[fold != n]).predict(predictors[fold == n])
    own = held_out_predictions(predictors, labels, fold, np.random.RandomState(3))[0]
    np.testing.assert_array_equal(own, expected)
    assert 0 < own.sum() < 45


def test_sets_of_labels_are_decoded_each_on_its_own():
    predictors, labels = samples(40, 10, 0.5, 4, separation=6.0)
    other = np.roll(labels, 7)
    both = held_out_predictions(predictors, [other, labels], np.arange(40), np.random.default_rng(0))
    assert np.mean(both[1] == labels) > 0.85
    assert np.mean(both[0] == other) < 0.8


def test_a_training_fold_of_one_class_predicts_that_class():
    predicted = held_out_predictions(np.eye(4), [1, 1, 0, 0], np.array([0, 0, 1, 1]), np.random.default_rng(0))
    assert predicted.tolist() == [[False, False, True, True]]


def test_minority_of_one_is_repeated():
    base, neighbour, _ = smote_draws(np.eye(5), np.arange(5) == 2, np.random.default_rng(0))
    assert base.tolist() == neighbour.tolist() == [2, 2, 2]


@pytest.mark.slow
def test_no_synthetic_sample_knows_the_test_fold():
    # Without information an imbalanced set is decoded at chance. Up-sampled before the split it would not be.
    clean, leaking = [], []
    for seed in range(40):
        predictors, labels = samples(40, 60, 0.25, seed)
        clean.append(accuracies(leave_one_out(predictors, labels, seed), labels)[1][0])
        resampled, classes = SMOTE(random_state=seed).fit_resample(predictors, labels)
        if seed < 5:
            leaking.append(accuracies(leave_one_out(resampled, classes, seed)[:40], labels)[1][0])
    error = np.std(clean) / np.sqrt(len(clean))
    assert np.mean(clean) == pytest.approx(0.5, abs=3 * error)
    assert error < 0.03
    assert np.mean(leaking) > 0.65


def test_accuracies_by_hand():
    labels = np.array([1, 1, 1, 0], bool)
    predicted = np.array([[1, 1, 0, 0], [0, 0, 0, 0]], bool)
    accuracy, balanced = accuracies(predicted, np.stack([labels, labels]))
    np.testing.assert_allclose(accuracy, [3 / 4, 1 / 4])
    np.testing.assert_allclose(balanced, [(2 / 3 + 1) / 2, 1 / 2])


def test_folds_leave_one_out_or_are_equally_large():
    generator = np.random.default_rng(0)
    assert fold_numbers(7, 10, generator).tolist() == list(range(7))
    assert np.bincount(fold_numbers(20, 5, generator)).tolist() == [4] * 5


def test_labels_are_permuted_within_sessions():
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 1, 0, 0], bool)
    session = np.repeat([1, 2], 5)
    permuted = permuted_labels(labels, session, 50, np.random.default_rng(0))
    assert (permuted[:, :5].sum(1) == 4).all()
    assert (permuted[:, 5:].sum(1) == 1).all()
    assert (permuted != labels).any(0).all()
