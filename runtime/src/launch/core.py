# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What launching is made of: substitutions, conditions, entities, event handlers, the context.

The real package spreads these over modules of one class each; launch/__init__.py gives this one
their names too. Knows no particular substitution or action.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from launch.events import Event, Shutdown
from ros_wire.limits import check_not_given, unsupported_names

if TYPE_CHECKING:
    from launch.scopes import DeclareLaunchArgument

__getattr__ = unsupported_names(__name__, 'BaseEventHandler')


class Substitution:
    """Something that becomes a string when it is performed in a context."""

    label = ''

    def describe(self) -> str:
        """Return a short text for people: the kind and, if it has a label, its first argument."""
        given = describe(next(iter(vars(self).values()))) if self.label else ''
        return f'{self.label or type(self).__name__}({given})'

    def perform(self, context: LaunchContext) -> str:
        """Return the string this stands for in the given context."""
        raise NotImplementedError(f'{type(self).__name__} defines no perform()')


@dataclass(kw_only=True, eq=False)
class TextSubstitution(Substitution):
    """
    A string that is known already.

    :param text: the string.
    """

    text: str

    def describe(self) -> str:
        """Return the text in quotes."""
        return f"'{self.text}'"

    def perform(self, context: LaunchContext) -> str:  # noqa: ARG002  the same in any context
        """Return the text."""
        return self.text


SomeSubstitutionsType = str | Substitution | Iterable[str | Substitution]


def normalize_to_list_of_substitutions(subs: SomeSubstitutionsType) -> list[Substitution]:
    """
    Return text and substitutions as a list of substitutions.

    :raises TypeError: if something else is among them.
    """
    items = [subs] if isinstance(subs, (str, Substitution)) else subs
    found = [TextSubstitution(text=item) if isinstance(item, str) else item for item in items]
    for item in found:
        if not isinstance(item, Substitution):
            raise TypeError(f'expected text or a launch.Substitution, got {item!r}')
    return found


def describe(subs: SomeSubstitutionsType) -> str:
    """Return what text and substitutions say of themselves, joined by plus signs."""
    return ' + '.join(sub.describe() for sub in normalize_to_list_of_substitutions(subs))


def perform_substitutions(context: LaunchContext, subs: SomeSubstitutionsType) -> str:
    """Return text and substitutions as one performed string."""
    return context.perform(subs)


@dataclass(kw_only=True, eq=False)
class Condition:
    """
    Decides whether an action is executed.

    :param predicate: gives True for a context in which it is to be executed.
    """

    predicate: Callable[[LaunchContext], bool]

    def evaluate(self, context: LaunchContext) -> bool:
        """Return whether the condition holds in the context."""
        return self.predicate(context)


class LaunchDescriptionEntity:
    """Something that can be visited while launching."""

    def visit(self, context: LaunchContext) -> SomeEntitiesType | None:
        """Do this entity's part and return the entities to visit next."""
        raise NotImplementedError(f'{type(self).__name__} defines no visit()')

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities inside this one that are known before launching."""
        return []

    def declared(self, given: frozenset[str]) -> Iterator[tuple[DeclareLaunchArgument, bool]]:
        """
        Yield each argument declared inside, and whether it must be given from outside.

        :param given: names of those that are given on the way.
        """
        for entity in self.get_sub_entities():
            yield from entity.declared(given)


SomeEntitiesType = LaunchDescriptionEntity | Iterable[LaunchDescriptionEntity]


def as_entities(entities: SomeEntitiesType | None) -> list[LaunchDescriptionEntity]:
    """
    Return one entity, several or none as a list.

    :raises TypeError: if something else than an entity is among them.
    """
    found = [entities] if isinstance(entities, LaunchDescriptionEntity) else list(entities or [])
    for entity in found:
        if not isinstance(entity, LaunchDescriptionEntity):
            raise TypeError(f'expected a LaunchDescriptionEntity, got {entity!r}')
    return found


class LaunchDescription(LaunchDescriptionEntity):
    """
    What is to be launched.

    :param initial_entities: actions and other descriptions, visited in this order.
    :param deprecated_reason: not supported.
    """

    def __init__(
        self,
        initial_entities: Iterable[LaunchDescriptionEntity] | None = None,
        *,
        deprecated_reason: str | None = None,
    ) -> None:
        check_not_given('LaunchDescription', deprecated_reason=deprecated_reason)
        self.entities = list(initial_entities or [])
        self.add_action = self.add_entity = self.entities.append

    def visit(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:  # noqa: ARG002  the same in any context
        """Return the entities."""
        return self.entities

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities."""
        return self.entities

    def get_launch_arguments(self) -> list[DeclareLaunchArgument]:
        """Return the declared arguments that are known before launching, each name once."""
        found: dict[str, DeclareLaunchArgument] = {}
        for argument, _ in self.declared(frozenset()):
            found.setdefault(argument.name, argument)
        return list(found.values())


@dataclass(kw_only=True, eq=False)
class Action(LaunchDescriptionEntity):
    """
    Something to do while launching.

    :param condition: the action is skipped where it does not hold.
    """

    condition: Condition | None = None

    def declared(self, given: frozenset[str]) -> Iterator[tuple[DeclareLaunchArgument, bool]]:
        """Yield each argument declared inside; under a condition none must be given."""
        for argument, is_required in super().declared(given):
            yield argument, is_required and self.condition is None

    def visit(self, context: LaunchContext) -> SomeEntitiesType | None:
        """Execute the action if its condition holds."""
        is_due = self.condition is None or self.condition.evaluate(context)
        return self.execute(context) if is_due else None

    def execute(self, context: LaunchContext) -> SomeEntitiesType | None:
        """Do it, and return the entities to visit next."""
        raise NotImplementedError(f'{type(self).__name__} defines no execute()')


Reaction = SomeEntitiesType | Callable[[Any, 'LaunchContext'], SomeEntitiesType | None] | None


@dataclass(kw_only=True, eq=False)
class EventHandler:
    """
    Visits the given entities on every matching event.

    :param matcher: tells whether an event is to be handled.
    :param entities: what to visit then, or a function ``(event, context)`` that gives it.
    :param handle_once: forget the handler after its first event.
    """

    matcher: Callable[[Event], bool]
    entities: Reaction = None
    handle_once: bool = False

    def handle(self, event: Event, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        """Return the entities to visit."""
        if self.handle_once:
            context.unregister_event_handler(self)
        given = self.entities
        return as_entities(given(event, context) if callable(given) else given)


class LaunchContext:
    """
    What entities know of each other while launching; it visits them and has events handled.

    :param argv: command line, for entities that want it.
    """

    def __init__(self, *, argv: Iterable[str] = ()) -> None:
        self.argv = list(argv)
        self.is_shutdown = False
        self.stop = asyncio.Event()  # set when everything is to end
        # Told of every future that the launch has to wait for.
        self.add_completion_future: Callable[[asyncio.Future[Any]], None] = lambda _: None
        self.asyncio_loop: asyncio.AbstractEventLoop | None = None
        self.launch_configurations: dict[str, Any] = {}
        # Values of the moment: the event in an event handler, the launch file in an include.
        self.locals = SimpleNamespace()
        self._event_handlers: list[EventHandler] = []
        self.unregister_event_handler = self._event_handlers.remove

    @property
    def environment(self) -> MutableMapping[str, str]:
        """The environment that processes inherit."""
        return os.environ

    def perform_substitution(self, substitution: Substitution) -> str:
        """Return the string the substitution stands for."""
        return substitution.perform(self)

    def perform(self, subs: Any) -> str:
        """Return text and substitutions as one performed string, or a number or path as text."""
        if isinstance(subs, (bool, int, float, os.PathLike)):
            return str(subs)
        return ''.join(sub.perform(self) for sub in normalize_to_list_of_substitutions(subs))

    def visit(self, entities: Iterable[LaunchDescriptionEntity], **values: Any) -> None:
        """
        Visit entities and what they give, depth first.

        :param values: values of the moment, for them alone.
        """
        before, self.locals = self.locals, SimpleNamespace(**{**vars(self.locals), **values})
        try:
            for entity in entities:
                self.visit(as_entities(entity.visit(self)))
        finally:
            self.locals = before

    def start(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine that the launch has to wait for."""
        assert self.asyncio_loop is not None, 'nothing is launched yet'
        task = self.asyncio_loop.create_task(coroutine)
        self.add_completion_future(task)
        return task

    def register_event_handler(self, event_handler: EventHandler) -> None:
        """Add an event handler; the newest is asked first."""
        self._event_handlers.insert(0, event_handler)

    def emit_event_sync(self, event: Event) -> None:
        """Have an event handled soon; from the thread of the launch service only."""
        self.start(self._handle(event))

    async def _handle(self, event: Event) -> None:
        if isinstance(event, Shutdown):
            self.is_shutdown = True
            self.stop.set()  # first of all: a handler may fail
        for handler in [each for each in self._event_handlers if each.matcher(event)]:
            self.visit(handler.handle(event, self), event=event)
