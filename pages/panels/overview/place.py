"""Where do the weights live: each block's device, number format and size."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.numbers import decimal
from pages.kit.current import Current
from pages.kit.figure import table
from pages.kit.panel import Shown, panel
from pages.kit.params import Values


@panel("overview/place", title=lambda at: _("Where do the weights live?"), depth="deeper")
def place(now: Current, at: Values) -> Shown:
    placed = now.engine.loaded.placement
    mib = _("MiB")
    columns = {
        _("block"): [p.block for p in placed],
        _("device"): [p.device for p in placed],
        _("number format"): [p.dtype for p in placed],
        mib: [p.n_bytes / 2**20 for p in placed],
    }
    # Three digits: the smallest part, ln_f, has 2 KiB, which is not nothing.
    formats = {mib: st.column_config.NumberColumn(format="%.3f")}
    if now.engine.status().replicas is None:
        said = _("Together {mib} MiB, once for all sessions of this server.")
    else:
        said = _("Together {mib} MiB in each replica of the cluster, for all sessions.")
    return Shown(
        table(columns, formats=formats, height="content"),
        said.format(mib=decimal(now.engine.loaded.n_bytes / 2**20, 0)),
    )
