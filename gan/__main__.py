"""`python -m gan` says what there is: names, models, recipes, commands, documentation."""

import gan
from gan.bundled import BUNDLED, bundled_models
from gan.console import print_everywhere
from gan.recipes import RECIPES

HEAD = """gan draws handwritten digits with multilayer perceptrons: a number goes in, a 28×28 picture comes out.

  from gan import Generator
  Generator.from_pretrained({example!r}).sample(seeds=[7, 8, 9])   # uint8 [3, 28, 28]

Names:    {names}
Models:   {models}; a model folder; user/repo on the Hugging Face Hub
Recipes:  {recipes}

Commands, which --help explains:
  python -m gan.evaluation MODEL            how good a model's digits are, beside real ones
  python -m gan.hub push FOLDER USER/REPO   publish a model on the Hub
  python -m gan.evaluation.classifier_training   train the classifier that evaluation needs, on other data
"""
CHECKOUT = """  python -m gan.hub deploy USER/SPACE       publish the page there
  python -m gan.hub site FOLDER             write the page as files, for any web host
  python app.py                             serve the page
  python train.py RECIPE                    train a model

Documentation:
  README.md        everything at a glance
  docs/python.md   the names above by example
  docs/links.md    links, routes and the API over HTTP
  docs/learn.md    how two networks learn handwriting from each other
"""
INSTALLED = """
The page, the training command, the bundled models and the documentation are in a checkout of the project.
"""


def overview() -> str:
    """What `python -m gan` prints."""
    models = bundled_models()
    head = HEAD.format(
        example="modern" if models else "user/repo",
        names=", ".join(gan.__all__),
        models=", ".join(models) or "none bundled in an installed package",
        recipes=", ".join(RECIPES),
    )
    return head + (CHECKOUT if BUNDLED.is_dir() else INSTALLED)


if __name__ == "__main__":
    print_everywhere()
    print(overview(), end="")
