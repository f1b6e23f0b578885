"""Compares Holdfast with its peers on one machine; see docs/performance.md."""
