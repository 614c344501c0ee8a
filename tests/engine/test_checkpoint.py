import pickle

import numpy as np
import pytest
import torch
from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn

from mmvist.engine import install_loader, load_weights, read_checkpoint


class Marker:
    """Leaves a trace when it is unpickled."""

    restored = []

    def __reduce__(self):
        return Marker.restored.append, (1,)


@pytest.fixture
def plain_file(tmp_path):
    torch.save({'state_dict': {'weight': torch.arange(3.)}, 'meta': {'epoch': 2}}, tmp_path / 'plain.pth')
    return tmp_path / 'plain.pth'


@pytest.fixture
def pickled_file(tmp_path):
    torch.save({'meta': {'score': np.float64(0.5)}}, tmp_path / 'pickled.pth')
    return tmp_path / 'pickled.pth'


def test_plain_values_and_tensors(plain_file):
    checkpoint = read_checkpoint(plain_file)
    assert checkpoint['meta'] == {'epoch': 2}
    assert checkpoint['state_dict']['weight'].tolist() == [0, 1, 2]


def test_untrusted_pickle_is_refused_with_its_content_and_the_way_out(pickled_file):
    with pytest.raises(ValueError, match=r'pickled\.pth holds .*numpy.*scalar.*--trust-checkpoint'):
        read_checkpoint(pickled_file)


def test_trusted_pickle_is_read(pickled_file):
    assert read_checkpoint(pickled_file, trusted=True) == {'meta': {'score': 0.5}}


def test_refused_code_was_not_run(tmp_path):
    Marker.restored.clear()
    torch.save({'meta': Marker()}, tmp_path / 'code.pth')
    with pytest.raises(ValueError, match='--trust-checkpoint'):
        read_checkpoint(tmp_path / 'code.pth')
    assert Marker.restored == []
    read_checkpoint(tmp_path / 'code.pth', trusted=True)


@pytest.mark.parametrize('content', [b'', b'no checkpoint', pickle.dumps({'a': 1})[:5]])
def test_damaged_file_is_named(tmp_path, content):
    (tmp_path / 'broken.pth').write_bytes(content)
    with pytest.raises(ValueError, match=r'broken\.pth is damaged or no checkpoint'):
        read_checkpoint(tmp_path / 'broken.pth')


def test_truncated_file_is_named(tmp_path, plain_file):
    (tmp_path / 'half.pth').write_bytes(plain_file.read_bytes()[:300])
    with pytest.raises(ValueError, match=r'half\.pth is damaged'):
        read_checkpoint(tmp_path / 'half.pth')


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.pth does not exist'):
        read_checkpoint(tmp_path / 'none.pth')


def test_file_of_the_old_format(tmp_path):
    torch.save({'score': np.float64(0.5)}, tmp_path / 'old.pth', _use_new_zipfile_serialization=False)
    with pytest.raises(ValueError, match=r'old\.pth holds numpy.*scalar'):
        read_checkpoint(tmp_path / 'old.pth')
    assert read_checkpoint(tmp_path / 'old.pth', trusted=True) == {'score': 0.5}


def test_mmengine_loads_through_it(plain_file, pickled_file):
    install_loader()
    assert CheckpointLoader.load_checkpoint(str(plain_file))['meta'] == {'epoch': 2}
    with pytest.raises(ValueError, match='--trust-checkpoint'):
        CheckpointLoader.load_checkpoint(str(pickled_file))
    install_loader(trusted=True)
    assert CheckpointLoader.load_checkpoint(str(pickled_file)) == {'meta': {'score': 0.5}}


def test_url_that_is_in_the_cache_is_read_the_same_way(tmp_path, monkeypatch, pickled_file):
    monkeypatch.setattr(torch.hub, '_hub_dir', str(tmp_path / 'hub'))
    (tmp_path / 'hub' / 'checkpoints').mkdir(parents=True)
    pickled_file.rename(tmp_path / 'hub' / 'checkpoints' / 'pickled.pth')
    install_loader()
    with pytest.raises(ValueError, match='--trust-checkpoint'):
        CheckpointLoader.load_checkpoint('https://example.org/models/pickled.pth?version=1')


@pytest.mark.parametrize(('weights', 'message'), [
    ({'weight': torch.zeros(1, 2)}, 'lacks 1 of the model\'s weights, such as bias'),
    ({'weight': torch.zeros(3, 2), 'bias': torch.zeros(1)}, '(?s)does not fit the model: .*size mismatch for weight'),
])
def test_weights_that_do_not_fill_the_model(tmp_path, weights, message):
    torch.save({'state_dict': weights}, tmp_path / 'some.pth')
    with pytest.raises(ValueError, match=message):
        load_weights(torch.nn.Linear(2, 1), tmp_path / 'some.pth')


def test_weights_without_a_place_are_left_out(tmp_path):
    weights = {'weight': torch.ones(1, 2), 'bias': torch.ones(1), 'embedder.weight': torch.ones(1)}
    torch.save(weights, tmp_path / 'more.pth')
    model = torch.nn.Linear(2, 1)
    load_weights(model, tmp_path / 'more.pth')
    assert model(torch.ones(1, 2)).item() == 3


class Parts(nn.Module):
    """A model of two parts, of which the second may have a checkpoint of its own."""

    def __init__(self, init_cfg=None):
        super().__init__()
        self.detector, self.embedder = nn.Linear(2, 1), nn.Linear(1, 1)
        self.embedder.init_cfg = init_cfg


DETECTOR = {'detector.weight': torch.ones(1, 2), 'detector.bias': torch.ones(1)}
EMBEDDER = {'embedder.weight': torch.full((1, 1), 5.), 'embedder.bias': torch.full((1,), 6.)}


@pytest.fixture
def own(tmp_path):
    """`init_cfg` of an embedder that was trained beside another detector."""
    torch.save({'state_dict': {'detector.other': torch.zeros(1), **EMBEDDER}}, tmp_path / 'own.pth')
    return {'type': 'Pretrained', 'checkpoint': str(tmp_path / 'own.pth'), 'prefix': 'embedder.'}


def loaded(weights, tmp_path, init_cfg):
    torch.save(weights, tmp_path / 'model.pth')
    model = Parts(init_cfg)
    load_weights(model, tmp_path / 'model.pth')
    return model


@pytest.mark.parametrize('foreign', [{}, {'embedder.fcs.0.weight': torch.zeros(3)}])
def test_a_part_that_the_checkpoint_has_nothing_of_takes_its_own(tmp_path, own, foreign):
    for init_cfg in (own, [{'type': 'Normal', 'layer': 'Linear'}, own]):
        model = loaded({**DETECTOR, **foreign}, tmp_path, init_cfg)
        assert model.embedder.weight.item() == 5
        assert model.embedder.bias.item() == 6
        assert model.detector.bias.item() == 1


def test_the_models_checkpoint_comes_first(tmp_path, own):
    model = loaded({**DETECTOR, 'embedder.weight': torch.zeros(1, 1), 'embedder.bias': torch.zeros(1)}, tmp_path, own)
    assert model.embedder.weight.item() == 0


def test_half_a_part_is_not_mixed(tmp_path, own):
    with pytest.raises(ValueError, match=r'model\.pth lacks 1 of the model\'s weights, such as embedder\.bias'):
        loaded({**DETECTOR, 'embedder.weight': torch.zeros(1, 1)}, tmp_path, own)


def test_a_part_without_a_checkpoint_anywhere(tmp_path, own):
    with pytest.raises(ValueError, match=r'model\.pth lacks 2 of the model\'s weights, such as embedder\.weight'):
        loaded(DETECTOR, tmp_path, {'type': 'Normal', 'layer': 'Linear'})
    with pytest.raises(ValueError, match=r'own\.pth lacks 2 of the model\'s weights, such as embedder\.weight'):
        loaded(DETECTOR, tmp_path, {**own, 'prefix': 'backbone.'})
    with pytest.raises(FileNotFoundError, match=r'nothing of the embedder.* none\.pth, does not exist; the config\'s '
                                                r'key is model\.embedder\.init_cfg\.checkpoint'):
        loaded(DETECTOR, tmp_path, {**own, 'checkpoint': 'none.pth'})


def test_a_part_of_a_part_takes_its_own_too(tmp_path, own):
    """As a tracker's mask network does, which is trained apart from every detector."""
    torch.save({f'tracker.{name}': weight for name, weight in DETECTOR.items()}, tmp_path / 'model.pth')
    model = nn.ModuleDict({'tracker': Parts(own)})
    load_weights(model, tmp_path / 'model.pth')
    assert model['tracker'].embedder.weight.item() == 5
    with pytest.raises(FileNotFoundError, match=r'key is model\.tracker\.embedder\.init_cfg\.checkpoint'):
        load_weights(nn.ModuleDict({'tracker': Parts({**own, 'checkpoint': 'none.pth'})}), tmp_path / 'model.pth')
