"""The codec: values to texts and back, for the classes that are stored as roots."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NoReturn, TypeVar

from attrs import define, field, frozen
from cattrs import Converter
from cattrs.errors import AttributeValidationNote, BaseValidationError, IterableValidationNote

from minishop.errors import CallerError, InvalidDocument, InvalidInput, MinishopError, Problem
from minishop.storage._errors import NewerDocument
from minishop.storage.codec._formats import FORMAT, Format, malformed
from minishop.storage.codec._hooks import make_converter
from minishop.storage.codec._personal import Outline, merge_personal, outline_of, split_personal

__all__ = ["Codec", "Encoded", "problems_of"]

_Value = TypeVar("_Value")


@frozen
class Encoded:
    """A value as text.

    Attributes:
        document: JSON text without personal data.
        personal: JSON text of the personal data, ``None`` if there is none.
    """

    document: str
    personal: str | None = field(default=None, repr=False)


@define(eq=False)
class _Root:
    format: Format
    outline: Outline


@define(eq=False)
class _Pair:
    fast: Converter
    detailed: Converter

    @classmethod
    def make(cls, *, is_lenient: bool) -> _Pair:
        return cls(*(make_converter(is_detailed=is_detailed, is_lenient=is_lenient) for is_detailed in (False, True)))


@define(eq=False, slots=False)
class Codec:
    """Writes and reads the values of some classes.

    An app that stores aggregates of its own makes a codec for them::

        codec = Codec({Wishlist: "wishlist/1.0"})

    Attributes:
        documents: Class to format (``kind/major.minor``) of the values that are stored as records.
        events: Class to format of the values that are stored as events; the kind is the topic.
    """

    documents: Mapping[type[Any], str]
    events: Mapping[type[Any], str] = field(factory=dict)

    def encode(self, value: object) -> Encoded:
        """Writes a value.

        Raises:
            CallerError: ``not_stored``: the class is not one of ``documents``.
            InvalidInput: The value holds what JSON cannot: a naive instant, a NaN, something foreign in ``extra``.
        """
        root = self._root(self._documents, type(value))
        data = self._data(value)
        personal = split_personal(data, root.outline)
        return Encoded(_dump({FORMAT: str(root.format), **data}), _dump(personal) if personal else None)

    def decode(self, cls: type[_Value], document: str, personal: str | None = None) -> _Value:
        """Reads a value. Without ``personal`` (never given, or erased) those fields have their defaults.

        Raises:
            NewerDocument: A newer release wrote it, and it cannot be changed here without loss.
            InvalidDocument: No release wrote it; it says what is wrong where.
        """
        root = self._root(self._documents, cls)
        data = _load(document)
        root.format.check(data.pop(FORMAT, None))
        if personal is not None:
            merge_personal(data, _load(personal), root.outline)
        return _build(self._records, cls, data)

    def encode_event(self, event: object) -> tuple[str, str]:
        """Writes an event as (topic, payload); its personal data is left out.

        Raises:
            CallerError: ``not_stored``: the class is not one of ``events``.
            InvalidInput: As for :meth:`encode`.
        """
        root = self._root(self._events, type(event))
        data = self._data(event)
        split_personal(data, root.outline)
        return root.format.kind, _dump({FORMAT: str(root.format), **data})

    def decode_event(self, topic: str, payload: str) -> Any:
        """Reads an event.

        Raises:
            NewerDocument: The topic is not known, or as for :meth:`decode`.
            InvalidDocument: As for :meth:`decode`.
        """
        try:
            cls = self._topics[topic]
        except KeyError:
            raise NewerDocument(f"no event is called {topic}", params={"topic": topic}) from None
        data = _load(payload)
        self._events[cls].format.check(data.pop(FORMAT, None))
        return _build(self._reading, cls, data)

    @cached_property
    def _documents(self) -> dict[type[Any], _Root]:
        return {cls: _Root(Format.parse(text), outline_of(cls)) for cls, text in self.documents.items()}

    @cached_property
    def _events(self) -> dict[type[Any], _Root]:
        return {cls: _Root(Format.parse(text), outline_of(cls)) for cls, text in self.events.items()}

    @cached_property
    def _topics(self) -> dict[str, type[Any]]:
        return {root.format.kind: cls for cls, root in self._events.items()}

    @cached_property
    def _records(self) -> _Pair:
        return _Pair.make(is_lenient=False)

    @cached_property
    def _reading(self) -> _Pair:
        return _Pair.make(is_lenient=True)

    @staticmethod
    def _root(roots: Mapping[type[Any], _Root], cls: type[Any]) -> _Root:
        try:
            return roots[cls]
        except KeyError:
            raise CallerError(
                f"{cls.__name__} is not stored",
                code="not_stored",
                params={"type": cls.__name__},
                next_step="Make a Codec that names the class and its format.",
            ) from None

    def _data(self, value: object) -> dict[str, Any]:
        data: dict[str, Any] = self._records.fast.unstructure(value)
        return data


def _build(pair: _Pair, cls: type[_Value], data: dict[str, Any]) -> _Value:
    try:
        return pair.fast.structure(data, cls)
    except NewerDocument:
        raise
    except Exception as error:  # whatever a broken document makes a class raise
        _explain(pair.detailed, cls, data)
        raise error


def _explain(converter: Converter, cls: type[Any], data: dict[str, Any]) -> None:
    try:
        converter.structure(data, cls)
    except BaseValidationError as errors:
        raise InvalidDocument(problems_of(errors)) from errors


def problems_of(error: BaseValidationError) -> list[Problem]:
    """What a detailed converter found, each with its path."""
    return _problems(error, "")


def _problems(error: BaseException, path: str) -> list[Problem]:
    if isinstance(error, BaseValidationError):
        return [problem for inner in error.exceptions for problem in _problems(inner, path + _step(inner))]
    if isinstance(error, KeyError):
        return [Problem(f"{path}.{error.args[0]}".lstrip("."), "missing_key", "is required")]
    code = error.code if isinstance(error, MinishopError) else "malformed"
    return [Problem(path.lstrip("."), code, str(error) or type(error).__name__)]


def _step(error: BaseException) -> str:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote) and not isinstance(error, KeyError):
            return f".{note.name}"
        if isinstance(note, IterableValidationNote):
            return f"[{note.index}]"
    return ""


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
_DECODER = json.JSONDecoder(parse_constant=_no_number)


def _dump(data: dict[str, Any]) -> str:
    try:
        text = _ENCODER.encode(data)
        if not text.isascii():
            text.encode()
    except (TypeError, ValueError) as error:
        raise InvalidInput("extra", "not_json", f"must hold nothing but JSON: {error}") from None
    return text


def _load(text: str) -> dict[str, Any]:
    try:
        data = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise malformed("", f"must be JSON: {error}") from None
    if not isinstance(data, dict):
        raise malformed("", "must be an object")
    return data
