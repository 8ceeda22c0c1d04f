"""Views of a store with options, made once per options and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, get_args

from prismongo.query.errors.input import invalid, unsupported
from prismongo.query.nodes.options import IndexHint, Options
from prismongo.query.nodes.requests import Action, Request, WriteAction
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.store import Store

READS: Final = frozenset(get_args(Action)) - frozenset(get_args(WriteAction))
"""The actions that a read preference is for."""

WITHOUT_HINT: Final = frozenset({"createOne", "createMany", "createManyAndReturn", "runCommandRaw"})
"""The actions that choose no index."""


class Views:
    """The views of one engine's store. The options keep them, and they go with the options.

    Args:
        datamodel: has the names of the collections.
    """

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel

    def of(self, store: Store, options: Options, requests: Sequence[Request]) -> Store:
        """The store for requests with these options.

        Raises:
            UnsupportedOperationError: P2026, an operation does not take an option.
            DataError: P2009, the schema has no such model.
        """
        model = self._hinted(options, requests)
        is_read = all(request.action in READS for request in requests)
        for request in requests:
            _check_raw(options, request)
        made = options.views.get((model, is_read))
        if made is None or made[0] is not store:  # of another connection
            effective = options if is_read else options.of_writes()
            made = store, store.with_options(effective, self._hints(options, model))
            options.views[model, is_read] = made
        view: Store = made[1]
        return view

    def _hinted(self, options: Options, requests: Sequence[Request]) -> str | None:
        """The model that the one hint is for."""
        if options.hint is None or not requests:
            return None
        if len(requests) > 1:
            raise unsupported("One hint for a batch", "give one by model: hint={User: …}")
        (request,) = requests
        if request.action in WITHOUT_HINT:
            raise unsupported(f"A hint for {request.action}", "it chooses no index")
        return request.model

    def _hints(self, options: Options, model: str | None) -> Mapping[str, IndexHint]:
        """The hints by collection."""
        wanted = dict(options.hints)
        if model is not None and options.hint is not None:
            wanted[model] = options.hint
        models = self._datamodel.model
        for name in wanted:
            if name not in models:
                raise invalid(("hint",), f"the schema has no model {name}")
        return {models[name].db_name: hint for name, hint in wanted.items()}


def _check_raw(options: Options, request: Request) -> None:
    if request.action == "runCommandRaw":
        for name in ("read_concern", "write_concern"):
            if getattr(options, name) is not None:
                raise unsupported(
                    f"with_options({name}=…) for run_command_raw", "write it into the command"
                )
