"""How Sphinx builds the documentation."""

from minishop import __version__

project = "minishop"
author = "The minishop contributors"
copyright = "2026, The minishop contributors"  # noqa: A001  (the name is Sphinx's)
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}
default_role = "code"  # single backticks in docstrings
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # the attributes of attrs classes are documented once, not twice

html_theme = "furo"
html_title = f"minishop {__version__}"
