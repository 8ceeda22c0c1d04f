"""Random requests over a handful of related models, for the differential test of the two stores.

Everything is drawn from a `random.Random` that hypothesis controls, so that a failing sequence is
made smaller.
Requests need not be valid: a refusal is an answer that both stores must agree on.
"""

from __future__ import annotations

from typing import Any, Final

from prismongo.query.nodes.requests import Action, Request, Selection
from tests.behaviour.random_filters import Filters
from tests.behaviour.random_values import (
    ARITHMETIC,
    COMPOSITES,
    KEYS,
    LISTS,
    MODELS,
    NUMBERS,
    RANGE,
    SCALARS,
    TEXTS,
    TO_MANY,
    TO_ONE,
    Object,
)


class Requests(Filters):
    """Makes requests."""

    def world(self) -> list[Request]:
        """Creates that fill the database to begin with."""
        found = []
        for model, size in (("User", 3), ("Team", 2), ("Post", 4), ("Profile", 2), ("Badge", 2)):
            names = self._random.sample(TEXTS, size)
            for number in range(size):
                data = self._record(model, 0) | {"id": number + 1}
                data |= {key: names[number] for key in ("name", "title") if key in data}
                for name, kind in SCALARS[model].items():
                    if name in KEYS and not self._chance(4):
                        data[name] = number + 1 if kind == "Id" else self._nullable(kind)
                for name, kind in LISTS.get(model, {}).items():
                    if kind == "Id":
                        data[name] = sorted(set(self._values(kind)))
                found.append(Request("createOne", model, {"data": data}, (Selection("id"),)))
        return found

    def request(self) -> Request:
        """Any request; writes as often as reads."""
        model = self._of(MODELS)
        make = self._of(
            (
                self._create,
                self._create,
                self._create_many,
                self._update,
                self._update,
                self._update_many,
                self._upsert,
                self._delete,
                self._delete_many,
                self._find,
                self._find,
                self._find,
                self._find_unique,
                self._aggregate,
                self._group,
            )
        )
        request: Request = make(model)
        return request

    # --- records ---

    def _record(self, model: str, depth: int, without: tuple[str, ...] = ()) -> Object:
        """The data of a create, with nested writes down to `depth`."""
        return self._document(model) | self._keys(model, depth, without, creating=True)

    def _keys(self, model: str, depth: int, without: tuple[str, ...], *, creating: bool) -> Object:
        """Either plain foreign keys, or nested writes: Prisma takes no mixture."""
        if model not in TO_ONE:
            return {}
        if not depth or self._chance(2):
            keys = [name for name in SCALARS[model] if name in KEYS and name not in without]
            chosen = keys if creating and model == "Profile" else self._some(keys)
            return {name: self._nullable(SCALARS[model][name]) for name in chosen}
        names = {**TO_MANY[model], **TO_ONE[model]}
        chosen = self._some([name for name in names if name not in without])
        if creating and model == "Profile" and "user" not in (*chosen, *without):
            chosen.append("user")
        return {name: self._nested(model, name, depth, creating=creating) for name in chosen}

    def _nested(self, model: str, name: str, depth: int, *, creating: bool) -> Object:
        target = TO_MANY[model].get(name) or TO_ONE[model][name]
        back = _back(model, name)
        many = name in TO_MANY[model]
        operators = ["create", "connect", "connectOrCreate"]
        if not creating:
            operators += ["disconnect", "update", "upsert", "delete"]
            operators += ["set", "updateMany", "deleteMany"] if many else []
        operator = self._of(operators)
        return {operator: self._nested_value(operator, target, depth - 1, back, many)}

    def _nested_value(
        self, operator: str, target: str, depth: int, back: tuple[str, ...], many: bool
    ) -> Any:
        match operator:
            case "create":
                return self._record(target, depth, back)
            case "connect":
                return self._unique(target)
            case "connectOrCreate":
                return {
                    "where": self._unique(target),
                    "create": self._record(target, depth, back),
                }
            case "disconnect" | "delete":
                return self._unique(target) if many else True
            case "set":
                return [self._unique(target) for _ in range(self._random.randint(0, 2))]
            case "update":
                data = self._changes(target, depth, back)
                return {"where": self._unique(target), "data": data} if many else data
            case "upsert":
                parts = {
                    "create": self._record(target, depth, back),
                    "update": self._changes(target, depth, back),
                }
                return {"where": self._unique(target), **parts} if many else parts
            case "updateMany":
                return {"where": self._where(target, 0), "data": self._changes(target, 0, back)}
            case _:
                return self._where(target, 0)

    def _changes(self, model: str, depth: int, without: tuple[str, ...] = ()) -> Object:
        scalars = SCALARS[model]
        names = [name for name in scalars if name not in ("id", *KEYS)]
        data = {name: self._change(scalars[name]) for name in self._some(names, 2)}
        for name in self._some(LISTS.get(model, {}), 1):
            kind = LISTS[model][name]
            if not name.endswith("Ids"):
                operator = self._of(("push", "set", "add", "remove"))
                data[name] = {operator: self._values(kind)}
        for name in self._some(COMPOSITES.get(model, {}), 1):
            data[name] = self._composite_change(*COMPOSITES[model][name])
        data |= self._keys(model, depth, without, creating=False)
        return data

    def _change(self, kind: str) -> Any:
        plain = kind.removesuffix("?")
        if plain in NUMBERS and plain != "Id" and self._chance(2):
            return {self._of(ARITHMETIC): self._value(plain) or 3}
        if kind.endswith("?") and self._chance(4):
            return {"unset": True}
        value = self._nullable(kind)
        return value if self._chance(2) else {"set": value}

    def _composite_change(self, kind: str, is_list: bool) -> Any:
        if is_list:
            operator = self._of(("set", "push", "updateMany", "deleteMany"))
            where = self._where(kind, 0)
            data = self._changes(kind, 0) or {next(iter(SCALARS[kind])): "a"}
            match operator:
                case "updateMany":
                    return {"updateMany": {"where": where, "data": data}}
                case "deleteMany":
                    return {"deleteMany": {"where": where}}
                case _:
                    return {operator: self._composite(kind, True)}
        operator = self._of(("set", "unset", "upsert"))
        match operator:
            case "unset":
                return {"unset": True}
            case "set":
                return {"set": self._composite(kind, False)}
            case _:
                return {"upsert": {"set": self._document(kind), "update": self._changes(kind, 0)}}

    # --- what is selected ---

    def _selected(self, model: str, depth: int) -> tuple[Selection, ...]:
        names = [*SCALARS[model], *LISTS.get(model, {})]
        found = [Selection(name) for name in names]
        found += [
            Selection(name, selections=self._selected_of_type(kind))
            for name, (kind, _) in COMPOSITES.get(model, {}).items()
        ]
        if depth:
            relations = TO_MANY[model] | TO_ONE[model]
            for name in self._some(relations):
                arguments = self._page(relations[name], 0) if name in TO_MANY[model] else {}
                inner = self._selected(relations[name], depth - 1)
                found.append(Selection(name, arguments, inner))
            counted = self._some(TO_MANY[model], 1)
            if counted:
                parts = tuple(
                    Selection(name, {"where": self._where(TO_MANY[model][name], 0)})
                    for name in counted
                )
                found.append(Selection("_count", selections=parts))
        return tuple(found)

    def _selected_of_type(self, kind: str) -> tuple[Selection, ...]:
        found = [Selection(name) for name in [*SCALARS[kind], *LISTS.get(kind, {})]]
        found += [
            Selection(name, selections=self._selected_of_type(inner))
            for name, (inner, _) in COMPOSITES.get(kind, {}).items()
        ]
        return tuple(found)

    def _page(self, model: str, depth: int) -> Object:
        """Always in a total order: without one a store may answer in any."""
        ways = ("asc", "desc")
        has_cursor = self._chance(5)
        names = [name for name in SCALARS[model] if name not in ("id", "data")]
        sortable = names if has_cursor or "data" not in SCALARS[model] else [*names, "data"]
        order = [{name: self._of(ways)} for name in self._some(sortable)]
        if depth and self._chance(3):
            order += [{name: {"_count": self._of(ways)}} for name in self._some(TO_MANY[model], 1)]
            order += [
                {name: {self._of([*SCALARS[target]][:6]): self._of(ways)}}
                for name, target in TO_ONE[model].items()
                if self._chance(2)
            ]
        page: Object = {"orderBy": [*order, {"id": self._of(ways)}]}
        if self._chance(2):
            page["where"] = self._where(model, depth)
        if self._chance(3):
            page["take"] = self._random.randint(-3, 3)
        if self._chance(4):
            page["skip"] = self._random.randint(0, 2)
        if has_cursor:
            page["cursor"] = {"id": self._value("Id")}
        if self._chance(6):
            page["distinct"] = self._random.sample(names, self._random.randint(1, 2))
        return page

    # --- operations ---

    def _make(self, action: Action, model: str, arguments: Object) -> Request:
        return Request(action, model, arguments, self._selected(model, 1))

    def _counted(self, action: Action, model: str, arguments: Object) -> Request:
        return Request(action, model, arguments, (Selection("count"),))

    def _create(self, model: str) -> Request:
        return self._make("createOne", model, {"data": self._record(model, 2)})

    def _create_many(self, model: str) -> Request:
        data = [self._record(model, 0) for _ in range(self._random.randint(1, 3))]
        if self._chance(3):
            return self._make("createManyAndReturn", model, {"data": data})
        return self._counted("createMany", model, {"data": data})

    def _update(self, model: str) -> Request:
        data = self._changes(model, 2)
        return self._make("updateOne", model, {"where": self._unique(model), "data": data})

    def _update_many(self, model: str) -> Request:
        arguments = {"where": self._where(model, 1), "data": self._changes(model, 0)}
        if self._chance(3):
            return self._make("updateManyAndReturn", model, arguments)
        return self._counted("updateMany", model, self._limited(model, arguments))

    def _upsert(self, model: str) -> Request:
        arguments = {
            "where": self._unique(model),
            "create": self._record(model, 1),
            "update": self._changes(model, 1),
        }
        return self._make("upsertOne", model, arguments)

    def _delete(self, model: str) -> Request:
        return self._make("deleteOne", model, {"where": self._unique(model)})

    def _delete_many(self, model: str) -> Request:
        arguments = {"where": self._where(model, 1)}
        return self._counted("deleteMany", model, self._limited(model, arguments))

    def _limited(self, model: str, arguments: Object) -> Object:
        """Now and then with a limit, for one record at most: a store may choose among several."""
        if not self._chance(4):
            return arguments
        where = {"AND": [self._unique(model), arguments["where"]]}
        return arguments | {"where": where, "limit": self._random.randint(0, 1)}

    def _find(self, model: str) -> Request:
        action = self._of(("findMany", "findMany", "findFirst"))
        return Request(action, model, self._page(model, 2), self._selected(model, 2))

    def _find_unique(self, model: str) -> Request:
        action = self._of(("findUnique", "findUniqueOrThrow"))
        return self._make(action, model, {"where": self._unique(model)})

    def _aggregate(self, model: str) -> Request:
        numbers, others = self._numbers(model), list(SCALARS[model])
        selections = [Selection("_count", selections=(Selection("_all"),))]
        kept = [each for each in others if SCALARS[model][each] not in UNORDERED]
        for name in self._some(("_sum", "_avg", "_min", "_max"), 3):
            members = numbers if name in ("_sum", "_avg") else kept
            selections.append(Selection(name, selections=tuple(map(Selection, members))))
        page = self._page(model, 1)
        page.pop("distinct", None)
        return Request("aggregate", model, page, tuple(selections))

    def _group(self, model: str) -> Request:
        groupable = [name for name, kind in SCALARS[model].items() if kind not in UNGROUPED]
        by = self._random.sample(groupable, self._random.randint(1, 2))
        numbers = self._numbers(model)
        selections = [Selection(name) for name in by]
        selections.append(Selection("_count", selections=(Selection("_all"),)))
        if numbers:
            selections.append(Selection("_sum", selections=tuple(map(Selection, numbers))))
        arguments: Object = {
            "by": by,
            "where": self._where(model, 1),
            "orderBy": [{name: self._of(("asc", "desc"))} for name in by],
        }
        if self._chance(3):
            arguments["take"] = self._random.randint(-2, 2)
        if self._chance(3) and numbers:
            arguments["having"] = {numbers[0]: {"_max": {self._of(RANGE): 2}}}
        return Request("groupBy", model, arguments, tuple(selections))

    def _numbers(self, model: str) -> list[str]:
        kinds = SCALARS[model]
        return [name for name, kind in kinds.items() if kind.removesuffix("?") in NUMBERS]


UNORDERED: Final = ("Json?", "Bytes?", "Boolean?")
UNGROUPED: Final = ("Json?", "Decimal", "Decimal?")
"""Which of 0.1 and 0.10 stands for a group is the server's affair, as the order of its sum is."""


def _back(model: str, name: str) -> tuple[str, ...]:
    """What a nested record must not say: it is related to the outer one by standing inside it."""
    return {
        ("User", "posts"): ("author", "authorId"),
        ("User", "profile"): ("user", "userId"),
        ("User", "teams"): ("members",),
        ("User", "leads"): ("lead", "leadId"),
        ("User", "badges"): ("owner", "ownerName"),
        ("Profile", "user"): ("profile",),
        ("Post", "author"): ("posts",),
        ("Post", "parent"): ("replies",),
        ("Post", "replies"): ("parent", "parentId"),
        ("Team", "lead"): ("leads",),
        ("Badge", "owner"): ("badges",),
        ("Team", "members"): ("teams",),
    }[model, name]
