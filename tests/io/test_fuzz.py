"""Whatever a file holds, it is read as the format says, or refused with what is wrong with it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmvist.io.detect import detect_format
from mmvist.io.formats import FORMATS
from mmvist.io.problems import FormatError
from tests.io.broken_files import FORMS, case_of
from tests.io.fuzzing import assert_sound, assert_telling, one_broken

EXAMPLES = settings(derandomize=True, deadline=None, database=None, max_examples=60,
                    suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize('form', FORMS)
def test_good_files(tmp_path, form):
    assert_sound(case_of(form, tmp_path).read(tmp_path))


@pytest.mark.parametrize('form', FORMS)
def test_broken_files(tmp_path, form):
    case = case_of(form, tmp_path)

    @EXAMPLES
    @given(st.data())
    def check(data):
        with one_broken(case, tmp_path, data) as is_gone:
            try:
                found = case.read(tmp_path)
            except FileNotFoundError:
                assert is_gone
            except FormatError as error:
                assert_telling(error)
            else:
                assert_sound(found)

    check()


@pytest.mark.parametrize('form', ['ytvis', 'mots_text', 'mots_images', 'mot', 'bdd100k_bitmasks', 'davis', 'coco'])
def test_formats_of_broken_files(tmp_path, form):
    case = case_of(form, tmp_path)
    path = tmp_path / next(iter(case.files)) if len(case.files) == 1 else tmp_path

    @EXAMPLES
    @given(st.data())
    def check(data):
        with one_broken(case, tmp_path, data) as is_gone:
            try:
                assert detect_format(path) in FORMATS
            except FileNotFoundError:
                assert is_gone
            except FormatError as error:
                assert_telling(error)

    check()
