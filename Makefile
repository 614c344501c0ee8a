# `make demo` on a fresh machine installs everything into .venv (a few minutes, no compiler) and runs the demonstration.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint requirements/constraints.txt

.PHONY: demo mine-demo test test-slow lint clean venv

# Threads that wait spin only for a moment: two of them on two cores would stand still when anything else runs.
demo: $(STAMP)
	GOMP_SPINCOUNT=10000 $(BIN)/python tools/demo.py

mine-demo: $(STAMP)
	GOMP_SPINCOUNT=10000 $(BIN)/python tools/mine_demo.py

test: $(STAMP)
	$(BIN)/python -m pytest -q -m 'not slow and not gpu' --durations=10

test-slow: $(STAMP)
	$(BIN)/python -m pytest -q -m 'slow' --durations=10

lint: $(STAMP)
	$(BIN)/ruff check .

clean:
	rm -rf build dist *.egg-info requirements/headless_opencv/build requirements/headless_opencv/*.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

venv: $(STAMP)

# A name on the path may be a shim that does not run, and a system Python may lack venv: try, do not look.
$(BIN)/python:
	@for python in python3.12 python3.11 python3.10 python3; do \
	    if $$python -c 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' 2>/dev/null; then \
	        echo "Creating $(VENV) with $$python"; exec $$python -m venv $(VENV); \
	    fi; \
	done; echo 'mmvist needs Python 3.10, 3.11 or 3.12 with its venv module' >&2; exit 1

# Without a GPU, PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu saves several gigabytes of CUDA libraries.
# Whatever is installed already costs seconds only. setuptools comes with torch, which would bring one that is too new;
# the stand-in for opencv-python comes before the packages that ask for it.
$(STAMP): $(wildcard requirements/*.txt) requirements/headless_opencv/pyproject.toml setup.py setup.cfg | $(BIN)/python
	@echo 'Installing into $(VENV): PyTorch (1 of 4)'
	@$(PIP) torch 'setuptools<82' wheel
	@echo 'OpenCV without a window system (2 of 4)'
	@$(PIP) --no-build-isolation ./requirements/headless_opencv
	@echo 'OpenMMLab and the rest (3 of 4)'
	@$(PIP) -r requirements/runtime.txt -r requirements/mminstall.txt -r requirements/tests.txt
	@echo 'mmvist, in place (4 of 4)'
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
