import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from sknn.training.batches import Batches

N_SAMPLES = 23

each_format = pytest.mark.parametrize(
    "make", [np.array, sparse.csr_array, sparse.csr_matrix], ids=["dense", "array", "matrix"]
)
each_size = pytest.mark.parametrize("batch_size", [1, 5, 22, 23, 24, 1000])
with_and_without_shuffle = pytest.mark.parametrize("shuffle", [False, True])


def read_only(array):
    array.flags.writeable = False
    return array


def make_data(make=np.array):
    """Return inputs, targets and weights that all tell the number of their sample."""
    number = np.arange(1.0, N_SAMPLES + 1)
    inputs = make(np.column_stack([number, 0 * number, -number]))
    read_only(inputs if make is np.array else inputs.data)
    targets = np.column_stack([number, 10 * number]).astype(np.float32)
    return inputs, read_only(targets), read_only(number / 100)


def make_batches(data=None, batch_size=5, seed=0, **settings):
    rng = np.random.default_rng(seed)
    return Batches(*(data or make_data()), batch_size=batch_size, rng=rng, **settings)


def dense(part):
    return part.toarray() if sparse.issparse(part) else part.copy()


def epoch(batches):
    """Return copies of the batches of an epoch, with dense inputs."""
    return [tuple(map(dense, batch)) for batch in batches]


def order(batches):
    """Return the numbers of the samples in the order of an epoch."""
    return [int(number) for inputs, _, _ in batches for number in dense(inputs)[:, 0]]


@each_format
@each_size
@with_and_without_shuffle
def test_epoch_covers_every_sample_once(make, batch_size, shuffle):
    batches = make_batches(make_data(make), batch_size, shuffle=shuffle)
    for _ in range(3):
        assert sorted(order(batches)) == list(range(1, N_SAMPLES + 1))


@each_format
@each_size
@with_and_without_shuffle
def test_targets_and_weights_stay_with_their_inputs(make, batch_size, shuffle):
    for inputs, targets, weights in epoch(
        make_batches(make_data(make), batch_size, shuffle=shuffle)
    ):
        number = inputs[:, 0]
        assert_array_equal(inputs, np.column_stack([number, 0 * number, -number]))
        assert_array_equal(targets, np.column_stack([number, 10 * number]))
        assert_array_equal(weights, number / 100)


@each_size
@with_and_without_shuffle
def test_all_batches_are_full_but_the_last(batch_size, shuffle):
    batches = make_batches(batch_size=batch_size, shuffle=shuffle)
    sizes = [len(targets) for _, targets, _ in batches]
    size = min(batch_size, N_SAMPLES)
    assert sizes[:-1] == [size] * (len(sizes) - 1)
    assert 1 <= sizes[-1] <= size
    assert sum(sizes) == batches.n_samples == N_SAMPLES
    assert len(sizes) == len(batches)
    assert batches.batch_size == size


@each_format
@with_and_without_shuffle
@pytest.mark.parametrize("batch_size", [5, 23])
def test_samples_may_have_no_weights(make, shuffle, batch_size):
    inputs, targets, _ = make_data(make)
    batches = make_batches((inputs, targets, None), batch_size, shuffle=shuffle)
    assert [weights for _, _, weights in batches] == [None] * len(batches)
    assert sorted(order(batches)) == list(range(1, N_SAMPLES + 1))


@each_format
def test_epochs_differ_in_order(make):
    batches = make_batches(make_data(make))
    orders = [order(batches) for _ in range(5)]
    assert len(set(map(tuple, orders))) == 5
    assert list(range(1, N_SAMPLES + 1)) not in orders


@each_format
def test_order_comes_from_the_generator(make):
    def orders(seed):
        batches = make_batches(make_data(make), seed=seed)
        return [order(batches), order(batches)]

    assert orders(seed=1) == orders(seed=1)
    assert orders(seed=1) != orders(seed=2)


def test_every_sample_comes_first_now_and_then():
    batches = make_batches()
    firsts = {order(batches)[0] for _ in range(400)}
    assert firsts == set(range(1, N_SAMPLES + 1))


def test_gathered_batches_share_their_memory():
    batches = make_batches()
    for part, array in enumerate(make_data()):
        first, second, *_, last = (batch[part] for batch in batches)
        assert np.shares_memory(first, second)
        assert np.shares_memory(first, last)
        assert first.dtype == array.dtype
        assert first.flags.c_contiguous
        (again, *_) = (batch[part] for batch in batches)
        assert np.shares_memory(first, again)


def test_gathering_leaves_the_data_alone():
    data = make_data()
    for batch in make_batches(data):
        for part, array in zip(batch, data, strict=True):
            assert not np.shares_memory(part, array)
            part[...] = 0
    for array, expected in zip(data, make_data(), strict=True):
        assert_array_equal(array, expected)


def test_batches_in_order_are_views_of_the_data():
    data = make_data()
    batches = make_batches(data, shuffle=False)
    assert order(batches) == order(batches) == list(range(1, N_SAMPLES + 1))
    for batch in batches:
        for part, array in zip(batch, data, strict=True):
            assert np.shares_memory(part, array)


@pytest.mark.parametrize("batch_size", [23, 24])
@with_and_without_shuffle
def test_single_batch_is_the_data_itself(batch_size, shuffle):
    data = make_data()
    (batch,) = make_batches(data, batch_size, shuffle=shuffle)
    for part, array in zip(batch, data, strict=True):
        assert np.shares_memory(part, array)
        assert_array_equal(part, array)
