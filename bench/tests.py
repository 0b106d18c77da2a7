#!/usr/bin/env python3
"""Tests of what make bench-forward computes: python3 bench/tests.py"""

import collections
import unittest

import flamegraph
import forward
import record


def report(cost, limit=1.0, p50=100, server_process=True):
    """What sfu-load prints, as far as it is read here."""
    latency = {"p50": p50, "p99": 2 * p50}
    process = {"cpu_us_per_forwarded_packet": cost, "cpu_cores": 0.1, "rss_before_kib": 20 * 1024,
               "rss_per_peer_connection_kib": 90}
    return {"server_process": process if server_process else None, "packets": {"lost": 0, "loss_pct": 0.0},
            "limit_probe": {"cpu_us_per_packet": limit, "paced_us_per_packet": 2 * limit}, "latency_us": latency,
            "jitter_us": latency, "generator": {"send_lag_us": latency, "socket_drops": 0}, "machine": {"other_cores": 0.0}}


def verdicts(results, peer="janus"):
    return {verdict["case"]: verdict for verdict in forward.verdicts(results, peer)}


class Verdicts(unittest.TestCase):
    def test_a_target_is_judged_by_the_median_of_ratios_within_runs(self):
        results = forward.Results()
        # A slow machine in the second run slows the probe too.
        for cost, limit in [(1.8, 1.0), (5.4, 3.0), (2.0, 1.0)]:
            results.add("b50", "facementor", report(cost, limit))
        verdict = verdicts(results)["b50-limit"]
        self.assertEqual((verdict["value"], verdict["ok"]), (1.8, True))
        self.assertEqual(verdict["runs"], [1.8, 1.8, 2.0])

    def test_a_peer_is_compared_run_by_run(self):
        results = forward.Results()
        for ours, theirs in [(2, 20), (4, 60)]:
            results.add("b50", "facementor", report(ours))
            results.add("b50", "janus", report(theirs))
        verdict = verdicts(results)["b50-janus"]
        self.assertEqual((verdict["runs"], verdict["ok"]), ([0.1, 0.0667], False))

    def test_what_was_not_run_is_not_judged(self):
        results = forward.Results()
        results.add("b10", "facementor", report(2))
        self.assertEqual(verdicts(results), {})

    def test_a_peer_whose_process_is_unknown_has_no_cost(self):
        results = forward.Results()
        results.add("b50", "facementor", report(2))
        results.add("b50", "other", report(0, server_process=False))
        self.assertNotIn("b50-other", verdicts(results, "other"))
        self.assertIn("| b50 | other |  | 1.00 |", record.runs(results.reports))

    def test_churn_is_what_is_held_after_over_what_was_held_when_warm(self):
        held = {moment: {"rss_kib": rss, "fds": 20, "tasks": 8, "threads": 7}
                for moment, rss in [("fresh", 100), ("warm", 200), ("after", 205)]}
        results = forward.Results()
        results.add("churn", "facementor", {"held": held, "joins": 20_000})
        found = verdicts(results)
        self.assertEqual((found["churn-rss"]["value"], found["churn-rss"]["ok"]), (1.025, False))
        self.assertEqual((found["churn-fds"]["value"], found["churn-fds"]["ok"]), (1.0, True))


class Stages(unittest.TestCase):
    def test_the_kernel_belongs_to_whoever_called_it(self):
        found = collections.Counter({
            ("sfu-0", "sfu::worker::Worker::run", "sfu::socket::Udp::send_group", "__sendmmsg", "udp_sendmsg"): 6,
            ("sfu-0", "sfu::worker::Worker::run", "sfu_core::egress::link::Link::send", "sfu_core::srtp::seal::Sealer::seal"): 3,
            ("tokio-rt-worker", "tokio::runtime::park"): 1,
        })
        shares = flamegraph.stages(found)
        self.assertEqual(shares["send: sendmmsg and delivery on loopback"], 0.6)
        self.assertEqual(shares["seal: AES-128-GCM"], 0.3)
        self.assertEqual(shares[flamegraph.REST], 0.1)

    def test_names_lose_their_hashes(self):
        self.assertEqual(flamegraph.tidy("sfu_core::room::fanout::<impl sfu_core::room::Room>::flush::h0123456789abcdef"),
                         "sfu_core::room::fanout::Room::flush")


if __name__ == "__main__":
    unittest.main()
