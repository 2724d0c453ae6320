"""Import a package and every module in it; `python import_all.py PACKAGE`."""

import importlib
import pkgutil
import sys

package = importlib.import_module(sys.argv[1])
count = 1
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
    count += 1
print(f"{count} modules imported")
