"""Random filters over the models of random_values.py; below random_requests.py."""

from __future__ import annotations

from typing import Any

from tests.behaviour.random_values import (
    COMPOSITES,
    LISTS,
    NUMBERS,
    RANGE,
    SCALARS,
    TO_MANY,
    TO_ONE,
    Object,
    Values,
)


class Filters(Values):
    """Draws what a `where` says."""

    def _unique(self, model: str) -> Object:
        if self._chance(5):
            match model:
                case "User":
                    names = ({"name": self._value("String")}, {"email": self._value("String")})
                    return dict(self._of(names))
                case "Post":
                    title, views = self._value("String"), self._value("Int")
                    author, slot = self._value("Id"), self._value("Int")
                    shown = {"shown": {"title": title, "views": views}}
                    return dict(
                        self._of((shown, {"authorId_slot": {"authorId": author, "slot": slot}}))
                    )
                case "Profile":
                    return {"userId": self._value("Id")}
                case "Team":
                    return {"name": self._value("String")}
        unique: Object = {"id": self._value("Id")}
        if self._chance(6):
            unique |= {
                name: self._filter(SCALARS[model][name])
                for name in ("name", "title")
                if name in SCALARS[model]
            }
        return unique

    def _where(self, model: str, depth: int) -> Object:
        names = self._some(SCALARS[model], self._of((1, 1, 2)))
        where = {name: self._filter(SCALARS[model][name]) for name in names}
        if self._chance(2):
            for name in self._some(LISTS.get(model, {}), 1):
                where[name] = self._list_filter(LISTS[model][name])
        if self._chance(2):
            for name in self._some(COMPOSITES.get(model, {}), 1):
                kind, is_list = COMPOSITES[model][name]
                where[name] = self._composite_filter(kind, is_list)
        if depth:
            for name in self._some(TO_MANY.get(model, {}), 1):
                inner = self._where(TO_MANY[model][name], depth - 1)
                where[name] = {self._of(("some", "every", "none")): inner}
            for name in self._some(TO_ONE.get(model, {}), 1):
                other = None if self._chance(4) else self._where(TO_ONE[model][name], depth - 1)
                where[name] = {self._of(("is", "isNot")): other}
            if self._chance(3):
                parts = [self._where(model, depth - 1) for _ in range(self._random.randint(1, 2))]
                where[self._of(("AND", "OR", "NOT"))] = parts
        return where

    def _filter(self, kind: str) -> Any:
        plain = kind.removesuffix("?")
        operators = ["equals", "in", "notIn", "not"]
        if plain == "Json":
            operators = ["equals", "not"]
        if plain == "Boolean":
            operators = ["equals", "not"]
        if plain in (*NUMBERS, "String", "DateTime"):
            operators += RANGE
        if plain == "String":
            operators += ["contains", "startsWith", "endsWith"]
        if kind.endswith("?"):
            operators.append("isSet")
        operator = self._of(operators)
        if operator == "isSet":
            return {"isSet": self._chance(2)}
        if operator in ("in", "notIn"):
            found: Object = {operator: self._values(plain)}
        elif operator in ("equals", "not"):
            found = {operator: self._nullable(kind)}
        else:
            found = {operator: self._value(plain)}
        if plain == "String" and self._chance(3):
            found["mode"] = "insensitive"
        return found

    def _list_filter(self, kind: str) -> Object:
        operator = self._of(("has", "hasSome", "hasEvery", "isEmpty", "equals"))
        match operator:
            case "isEmpty":
                return {"isEmpty": self._chance(2)}
            case "has":
                return {"has": self._value(kind)}
            case _:
                return {operator: self._values(kind)}

    def _composite_filter(self, kind: str, is_list: bool) -> Any:
        if is_list:
            operator = self._of(("some", "every", "none", "isEmpty", "equals"))
            match operator:
                case "isEmpty":
                    return {"isEmpty": self._chance(2)}
                case "equals":
                    return {"equals": self._composite(kind, True)}
                case _:
                    return {operator: self._where(kind, 0)}
        operator = self._of(("is", "isNot", "equals", "isSet"))
        match operator:
            case "isSet":
                return {"isSet": self._chance(2)}
            case "equals":
                return {"equals": self._composite(kind, False)}
            case _:
                return {operator: None if self._chance(4) else self._where(kind, 0)}
