"""Whatever a file holds, it is read as the format says, or refused with what is wrong with it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.io.broken_files import FORMS, case_of, detected
from tests.io.fuzzing import assert_sound, read_broken

settings.register_profile('files', derandomize=True, deadline=None, database=None, max_examples=120,
                          suppress_health_check=list(HealthCheck))
FILES = settings.get_profile('files')


@pytest.mark.parametrize('form', FORMS)
def test_good_files(tmp_path, form):
    case = case_of(form, tmp_path)
    assert_sound(case.read(tmp_path))


@pytest.mark.parametrize('form', FORMS)
def test_broken_files(tmp_path, form):
    case = case_of(form, tmp_path)

    @FILES
    @given(st.data())
    def check(data):
        found = read_broken(case, tmp_path, data)
        if found is not None:
            assert_sound(found)

    check()
