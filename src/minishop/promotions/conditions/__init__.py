"""Conditions of the app's own: when a rule is open at all."""

from minishop.promotions.conditions._base import Condition, Facts

__all__ = ["Condition", "Facts"]
