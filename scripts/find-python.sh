#!/bin/sh
# Prints the path of a Python 3.12 or 3.13 that can make virtual environments.
# A candidate counts only if it runs: pyenv's shims exist even where they refuse to.
without_venv=

try() {
    found=$("$1" -c 'import sys; (3, 12) <= sys.version_info < (3, 14) and print(sys.executable)' 2>/dev/null)
    [ -n "$found" ] || return 0
    if "$found" -c 'import ensurepip, venv' 2>/dev/null; then
        printf '%s\n' "$found"
        exit 0
    fi
    without_venv=${without_venv:-$found}
}

for name in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3; do
    try "$name"
done
for root in "$(pyenv root 2>/dev/null)" "$HOME/.pyenv"; do
    for python in "$root"/versions/*/bin/python3.1[23]; do
        try "$python"
    done
done

if [ -n "$without_venv" ]; then
    package=$("$without_venv" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "apical: $without_venv lacks its venv module: install it (Debian, Ubuntu: sudo apt-get install $package)." >&2
else
    echo "apical: found no Python 3.12 or 3.13: install one (Debian, Ubuntu: sudo apt-get install python3.13-venv; pyenv: pyenv install 3.13) or name it (make PYTHON=/path/to/python3.13)." >&2
fi
exit 1
