"""A property that is computed once for its object, and whose computing holds up no other object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):
    """Like `functools.cached_property`, without the lock that Python 3.11's has.

    That lock is one for all objects of a class. Where computing waits for the model, thirty
    sessions would wait for each other's waiting, one after the other.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make, self.__doc__ = make, make.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, of: None, owner: type) -> once[T]: ...

    @overload
    def __get__(self, of: object, owner: type) -> T: ...

    def __get__(self, of: object | None, owner: type) -> T | once[T]:
        if of is None:
            return self
        # In the object's own dictionary it hides this descriptor: the next look finds it there.
        return of.__dict__.setdefault(self._name, self._make(of))
