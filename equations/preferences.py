"""Brian2's preferences, without those of the working directory.

At its import Brian2 evaluates what the file ``brian_preferences`` of the working directory says, whoever wrote it: the
folder of a run from elsewhere may hold one. The file of the user, ``~/.brian/user_preferences``, is read as ever.
"""

import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

MODULE = "brian2.core.preferences"


def ignore_local_preferences() -> None:
    """Let Brian2, when it is imported, read the preferences of the user alone; without effect when it was before."""
    if MODULE not in sys.modules and not any(isinstance(finder, _Preferences) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Preferences())


class _Preferences(MetaPathFinder):
    """Finds the module of Brian2 that reads preferences, and changes where it reads them."""

    def find_spec(self, name: str, path=None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None and spec.loader is not None, "Brian2 is installed"
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            module.BrianGlobalPreferences.load_preferences = _load_preferences

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _load_preferences(preferences) -> None:
    path = os.path.join(os.path.expanduser("~"), ".brian", "user_preferences")
    if os.path.isabs(path) and os.path.exists(path):
        preferences.read_preference_file(path)
