"""What can go wrong between a page and a cluster: sentences for whoever asked, signs for us."""

from __future__ import annotations

from core.errors import LearnerError
from core.language import _, on_one_line
from core.numbers import byte_size, count


class Lost(Exception):
    """What was asked died on the way; nobody knows whether it was done. Ask again."""


class Full(Exception):
    """So many wait already that no more are taken."""


class ClusterLost(LearnerError):
    """No cluster there, or no more."""

    @classmethod
    def at(cls, address: str) -> ClusterLost:
        return cls(
            _("The cluster at {address} cannot be reached.").format(address=on_one_line(address)),
            _("Try again in a moment; if it stays so, tell whoever runs this server."),
        )

    @classmethod
    def silent(cls, seconds: float) -> ClusterLost:
        return cls(
            _("The cluster has not answered for {n} seconds.").format(n=count(round(seconds))),
            _("Try again in a moment; if it stays so, tell whoever runs this server."),
        )


class OtherVersion(LearnerError):
    """The cluster's code is not this server's."""

    @classmethod
    def of(cls, theirs: str, ours: str) -> OtherVersion:
        return cls(
            _("The cluster runs another version of this app ({theirs}; here it is {ours}).").format(
                theirs=theirs, ours=ours
            ),
            _("Whoever runs this server brings both to the same version and deploys again."),
        )


class TooLarge(LearnerError):
    """A result that is not sent."""

    @classmethod
    def of(cls, n_bytes: int, most: int) -> TooLarge:
        return cls(
            _("This result has {size}; the cluster sends at most {most}.").format(
                size=byte_size(n_bytes), most=byte_size(most)
            ),
            _("Shorten the text."),
        )
