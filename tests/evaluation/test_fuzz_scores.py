"""Whatever a file of results holds, it is scored, or refused by name."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmvist.evaluation.files import BENCHMARK_SCORES, score_files
from mmvist.evaluation.functional import Scoring
from mmvist.io.formats import FORMATS
from mmvist.io.problems import FormatError
from tests.io.broken_files import BDD, CLIPS, IMAGE_NAMES, OBJECTS, PEOPLE, ROAD, STILLS
from tests.io.fuzzing import Case, assert_telling, contents, one_broken

SETS = {'ytvis': CLIPS, 'kitti_mots': ROAD, 'mot': PEOPLE, 'bdd100k': BDD, 'davis': OBJECTS, 'coco': STILLS}
ONE_FILE = {'ytvis', 'coco'}
OF_MASKS = ('ytvis', 'mots', 'hota', 'id', 'frame')
SCORINGS = [(format, BENCHMARK_SCORES[format]) for format in SETS] + [
    ('ytvis', Scoring(OF_MASKS, overlaps='keep', min_score=0.3)),
    ('ytvis', Scoring(OF_MASKS, overlaps='by_score')),
    ('kitti_mots', Scoring(OF_MASKS, overlaps='by_score')),
    ('bdd100k', Scoring(('mots', 'hota', 'coco'), overlaps='by_score')),
    ('mot', replace(BENCHMARK_SCORES['mot'], metrics=('mot', 'hota', 'id', 'frame', 'coco'), rules='motmetrics')),
    ('coco', Scoring(('coco', 'frame'), regions='boxes')),
]
NAMES = {'davis': IMAGE_NAMES, 'mot': ('c.txt',), 'bdd100k': ('c.json',)}


@pytest.fixture
def written(tmp_path):
    """Good ground truth and good results; returns the paths of both."""
    def write(format: str) -> tuple[Path, Path]:
        truth, found = tmp_path / 'gt', tmp_path / 'found'
        truth.mkdir()
        found.mkdir()
        if format in ONE_FILE:
            truth, found = truth / 'gt.json', found / 'found.json'
        FORMATS[format].write(SETS[format], truth)
        FORMATS[format].write_results(SETS[format], found)
        return truth, found
    return write


@pytest.mark.parametrize(('format', 'scoring'), SCORINGS)
def test_broken_results(tmp_path, written, format, scoring):
    truth, found = written(format)
    folder = tmp_path / 'found'
    case = Case(contents(folder), lambda _: None, NAMES.get(format, ()))

    @settings(derandomize=True, deadline=None, database=None, max_examples=60,
              suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data):
        with one_broken(case, folder, data) as is_gone:
            try:
                scores = score_files(found, truth, format, scoring)
            except FileNotFoundError:
                assert is_gone
            except FormatError as error:
                assert_telling(error)
                assert str(found) in str(error)
            except ValueError as error:
                assert str(found) in str(error)
            else:
                assert scores
                # nan where there is nothing to divide by, -inf where MOTA's like have no objects.
                assert {type(score) for score in scores.values()} <= {float, int}

    check()
