"""What counts as one place that sign-ins come from."""

from __future__ import annotations

import pytest

from casework.sources import group_address


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("terminal", "terminal"),
        ("", ""),
    ],
)
def test_one_subscriber_is_one_source(address: str, source: str) -> None:
    """An IPv4 address counts by itself, IPv6 addresses by the /64 that one subscriber has all of."""
    assert group_address(address) == source
