"""The typed dicts that are the same for every schema: filters, changes and orders of single fields.

A generated package takes all of them over into its `types`.
"""

# ruff: noqa: F403 - what each module exports is said there
from prismongo.client.inputs.changes import *
from prismongo.client.inputs.changes import CountOrder as CountOrder
from prismongo.client.inputs.changes import NoneType as NoneType
from prismongo.client.inputs.changes import Unset as Unset
from prismongo.client.inputs.groups import *
from prismongo.client.inputs.lists import *
from prismongo.client.inputs.lists import ListChange as ListChange
from prismongo.client.inputs.lists import ListFilter as ListFilter
from prismongo.client.inputs.scalars import *
from prismongo.client.inputs.settings import *
