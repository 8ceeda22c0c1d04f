"""The picture of a container: its providers, what is injected where, the order of resources."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dependency_injector import containers, providers

from prismongo.containers import Container, PlainResource, mount
from prismongo.diagram import container_picture, dot_text, load_container, mermaid_text
from prismongo.diagram.mermaid import WORDS
from prismongo.diagram.picture import Arrow, ContainerPicture, Group, Node
from prismongo.errors import ConfigurationError
from tests.containers.stage import Application, Feature, Service, Stage, Thing, open_thing


def nodes(picture: ContainerPicture) -> dict[str, Node]:
    return {node.path: node for node in _nodes(picture.members)}


def _nodes(members: tuple[Node | Group, ...]) -> Iterator[Node]:
    for member in members:
        if isinstance(member, Group):
            yield from _nodes(member.members)
        else:
            yield member


def arrows(picture: ContainerPicture) -> set[tuple[str, str, str]]:
    return {(each.start, each.end, each.label) for each in picture.arrows}


def test_providers_stand_in_their_containers() -> None:
    picture = container_picture(Application())
    assert picture.members[0] == Node(
        "lifecycle", ("lifecycle", "Singleton of LifecycleSettings"), "single"
    )
    group = picture.members[2]
    assert isinstance(group, Group)
    assert (group.path, group.title) == ("database", "database: Database")
    assert nodes(picture)["first.service"] == Node(
        "first.service", ("service", "Factory of Service"), "called"
    )


def test_resources_are_numbered_in_the_order_of_their_start() -> None:
    texts = {path: node.text for path, node in nodes(container_picture(Application())).items()}
    assert {path: text[-1] for path, text in texts.items() if text[-1].startswith("start")} == {
        "database.server": "start 1",
        "database.service": "start 2",
        "first.cache": "start 3",
        "second.cache": "start 4",
    }
    assert texts["database.server"][1] == "Resource of Thing"


def test_arrows_begin_at_what_a_dependency_was_given() -> None:
    picture = container_picture(Application())
    assert "first.database" not in nodes(picture)
    assert {each for each in arrows(picture) if each[1].startswith("second")} == {
        ("database.service", "second.service", "database"),
        ("database.service", "second.kept", "database"),
        ("stage", "second.cache", "stage"),
        ("second.service", "second.cache", "service"),
    }


def test_a_dependency_that_nothing_was_given() -> None:
    picture = container_picture(Feature(stage=Stage()))
    found = nodes(picture)
    assert found["database"] == Node(
        "database", ("database", "Dependency of Thing", "not given"), "missing"
    )
    assert found["stage"].text == ("stage", "Dependency of Stage", "given")
    assert ("database", "service", "database") in arrows(picture)


class Declared(Container):
    config = providers.Configuration()
    word = providers.Object("secret")
    wide = providers.Dependency(instance_of=Thing, default=Thing("default"))
    inline = providers.Factory(Service, providers.Factory(Thing, config.name))
    twice: providers.Callable[dict[str, str]] = providers.Callable(dict, first=word, second=word)
    later = providers.Factory(Thing, providers.Singleton(Thing, word).provided.name)
    named = providers.Factory(Thing, name="x").add_attributes(other=word)
    uses = PlainResource(open_thing, stage=Stage(), name="outer", inner=PlainResource(open_thing))


def test_what_stands_between_is_passed_through() -> None:
    picture = container_picture(Declared())
    assert arrows(picture) == {
        ("config", "inline", "database"),
        ("word", "twice", "first, second"),
        ("word", "later", "name"),
        ("word", "named", ""),
        ("resource-1", "uses", "inner"),
    }
    found = nodes(picture)
    assert found["wide"].text == ("wide", "Dependency of Thing", "default")
    assert found["uses"].text[-1] == "start 2"
    assert "secret" not in mermaid_text(picture) + dot_text(picture)


def test_an_override_is_drawn() -> None:
    container = Application()
    container.database.service.override(providers.Object(Thing("fake")))
    picture = container_picture(container)
    assert nodes(picture)["database.service"].text[-1] == "overridden by Object"
    assert ("database.server", "database.service", "server") not in arrows(picture)


class Gateways(containers.DeclarativeContainer):
    thing = providers.Singleton(Thing, "x")


class Plain(containers.DeclarativeContainer):
    gateways = providers.DependenciesContainer()
    service = providers.Factory(Service, database=gateways.thing)


class Both(containers.DeclarativeContainer):
    gateways = providers.Container(Gateways)
    plain = providers.Container(Plain, gateways=gateways)


def test_containers_of_dependency_injector_itself() -> None:
    picture = container_picture(Both())
    assert arrows(picture) == {("gateways.thing", "plain.service", "database")}
    assert set(nodes(picture)) == {"gateways.thing", "plain.service"}
    alone = container_picture(Plain())
    assert nodes(alone)["gateways"].shape == "missing"
    assert arrows(alone) == {("gateways", "service", "database")}


def test_a_cycle_is_drawn() -> None:
    class Round(Container):
        first = providers.Factory(Service)
        second = providers.Factory(Service, database=first)

    Round.first.add_kwargs(database=Round.second)
    assert arrows(container_picture(Round())) == {
        ("first", "second", "database"),
        ("second", "first", "database"),
    }


# --- the languages ---


class Small(Container):
    stage = providers.Singleton(Stage)
    end = mount(Feature, stage=stage)
    style = providers.Factory(Thing, name="x")


def test_mermaid() -> None:
    assert mermaid_text(container_picture(Small())) == (
        "flowchart LR\n"
        '    stage(["stage<br/>Singleton of Stage"])\n'
        '    subgraph x-end["end: Feature"]\n'
        '        x-end.database{{"database<br/>Dependency of Thing<br/>not given"}}\n'
        '        x-end.service["service<br/>Factory of Service"]\n'
        '        x-end.kept(["kept<br/>Singleton of Service"])\n'
        '        x-end.cache[("cache<br/>Resource of Thing<br/>start 1")]\n'
        "    end\n"
        '    x-style["style<br/>Factory of Thing"]\n'
        '    x-end.database -->|"database"| x-end.service\n'
        '    x-end.database -->|"database"| x-end.kept\n'
        '    stage -->|"stage"| x-end.cache\n'
        '    x-end.service -->|"service"| x-end.cache\n'
    )


@pytest.mark.parametrize("word", sorted(WORDS))
def test_no_name_begins_with_a_word_of_mermaid(word: str) -> None:
    arrow = Arrow(word, f"{word}.thing", "")
    text = mermaid_text(ContainerPicture((Node(word, (word,), "called"),), (arrow,)))
    lines = text.splitlines()
    assert lines[1] == f'    x-{word}["{word}"]'
    assert lines[2] == f"    x-{word} --> x-{word}.thing"


def test_marks_of_the_languages_are_escaped() -> None:
    picture = ContainerPicture((Node("a", ('f.<locals>."#\\',), "called"),), ())
    assert '["f.#lt;locals#gt;.#quot;#35;\\"]' in mermaid_text(picture)
    assert r'label="f.<locals>.\"#\\"]' in dot_text(picture)


def test_dot() -> None:
    text = dot_text(container_picture(Small()))
    assert '    subgraph "cluster end" {\n        label="end: Feature"\n' in text
    cache = 'label="cache\\nResource of Thing\\nstart 1"'
    assert f'        "end.cache" [shape=cylinder margin="0.15,0.12" {cache}]\n' in text
    assert '    "stage" -> "end.cache" [label="stage"]\n' in text


# --- finding it ---

INSTANCE = Small()


class Broken(Container):
    stage = providers.Singleton(Stage)

    def __new__(cls) -> Broken:
        raise OSError("no")


@pytest.mark.parametrize("name", ["Application", "Both"])
def test_a_class_is_made(name: str) -> None:
    assert isinstance(load_container(f"{__name__}:{name}"), containers.DynamicContainer)


def test_an_instance_is_taken() -> None:
    assert load_container(f"{__name__}:INSTANCE") is INSTANCE


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", 'A container is named "module:Class", not "nothing".'),
        ("no_module:A", "The container no_module:A cannot be imported: ModuleNotFoundError: "),
        (f"{__name__}:No", f"{__name__} has no `No`."),
        (f"{__name__}:Stage", f"{__name__}:Stage is no container of dependency-injector."),
        (f"{__name__}:Broken", f"The container {__name__}:Broken cannot be made: OSError: no"),
    ],
)
def test_what_is_no_container(name: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_container(name)
    assert str(caught.value).startswith(message)
