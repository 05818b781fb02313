#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reference values for the statistics of experiments, by SciPy.

    python3 -m venv venv && venv/bin/pip install scipy
    venv/bin/python scripts/references/experiment_statistics.py > Tests/ExperimentsTests/Fixtures/statistics.json

Evidence is computed from its definition: mixtures are integrated numerically, the Dirichlet mixture is SciPy's
distribution, optimal shares are found by an optimiser. Nothing here uses the closed forms of the Swift code.
"""
import json

import numpy as np
from scipy import integrate, optimize, special, stats


def special_functions():
    tails = [1e-300, 1e-100, 1e-20, 1e-8, 1e-4, 0.001, 0.02425, 0.1, 0.25, 0.4999, 0.5, 0.75, 0.975, 0.999, 1 - 1e-10]
    points = [-37.0, -10.0, -3.0, -1.0, -1e-9, 0.0, 0.5, 1.96, 5.0, 8.0, 30.0]
    shapes = [0.1, 0.5, 1.0, 2.5, 10.0, 100.0, 5000.0]
    gamma = [(a, a * f) for a in shapes for f in (0.01, 0.5, 0.9, 1.0, 1.1, 2.0, 4.0)]
    pairs = [(0.5, 0.5), (1, 1), (2, 5), (30, 70), (501, 9501), (0.1, 20)]
    beta = [(a, b, x) for a, b in pairs for x in (0.0001, 0.05, 0.3, 0.5, 0.8, 0.99)]
    levels = [(a, b, p) for a, b in pairs[1:5] for p in (0.025, 0.5, 0.975)]
    squares = [(x, k) for k in (1, 2, 3, 10, 99) for x in (0.1, 1.0, 10.83, 50.0, 300.0)]
    return {
        "normal_quantile": [[p, stats.norm.ppf(p)] for p in tails],
        "normal_cumulative": [[x, stats.norm.cdf(x)] for x in points],
        "gamma_upper": [[a, x, special.gammaincc(a, x)] for a, x in gamma],
        "incomplete_beta": [[a, b, x, special.betainc(a, b, x)] for a, b, x in beta],
        "beta_quantile": [[a, b, p, stats.beta.ppf(p, a, b)] for a, b, p in levels],
        "chi_square_tail": [[x, k, stats.chi2.sf(x, k)] for x, k in squares],
    }


def mixture_variance(alpha, tightest_at):
    return (-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / tightest_at


def log_mixture(score, count, variance, one_sided):
    """log of the integral of exp(m S - m² n / 2) over m ~ N(0, variance), or over its positive half, S = score √n."""
    total, deviation = score * np.sqrt(count), np.sqrt(variance)
    peak = total / (count + 1 / variance)
    if one_sided:
        peak = max(peak, 0)
    width = 1 / np.sqrt(count + 1 / variance)
    exponent = lambda m: m * total - m * m * count / 2 - m * m / (2 * variance)
    top = exponent(peak)
    low, high = (0 if one_sided else peak - 40 * width), peak + 40 * width
    value, _ = integrate.quad(lambda m: np.exp(exponent(m) - top), low, high, points=[peak], epsabs=0, epsrel=1e-12, limit=500)
    return top + np.log(value * (2 if one_sided else 1) / (deviation * np.sqrt(2 * np.pi)))


def sequences():
    rows = []
    for alpha, tightest_at in ((0.05, 5000), (0.05, 500), (0.001, 20000)):
        variance = mixture_variance(alpha, tightest_at)
        for count in (200, 5000, 100000):
            for score in (-3.0, 0.5, 3.5):
                two = log_mixture(score, count, variance, False)
                one = log_mixture(score, count, variance, True)
                # The half width is the score at which the evidence is 1/alpha, in standard errors.
                width = optimize.brentq(lambda z: log_mixture(z, count, variance, False) + np.log(alpha), 0.01, 60, xtol=1e-11)
                rows.append([alpha, tightest_at, count, score, two, one, width])
    return rows


def ratios():
    rows = []
    for counts, shares in (([500, 500], [0.5, 0.5]), ([5200, 4800], [0.5, 0.5]), ([7100, 2900], [0.7, 0.3]),
                           ([105, 96, 99], [1 / 3] * 3), ([10, 990], [0.01, 0.99]), ([40500, 39500], [0.5, 0.5])):
        n, prior = sum(counts), 100 * np.array(shares)
        log_evidence = stats.dirichlet_multinomial.logpmf(counts, prior, n) - stats.multinomial.logpmf(counts, n, shares)
        rows.append([counts, shares, log_evidence, stats.chisquare(counts, n * np.array(shares)).pvalue])
    return rows


def covariate():
    generator = np.random.default_rng(7)
    arms = []
    for shift in (0.0, 0.4):
        before = generator.normal(10, 2, 60)
        after = 0.8 * before + shift + generator.normal(0, 1, 60)
        arms.append((np.round(after, 6), np.round(before, 6)))
    dummies = np.repeat([0.0, 1.0], 60)
    y, x = (np.concatenate([arm[i] for arm in arms]) for i in (0, 1))
    # Least squares with one slope: the coefficient of the arm is the adjusted difference.
    design = np.column_stack([np.ones(120), dummies, x])
    solution = np.linalg.lstsq(design, y, rcond=None)[0]
    return {"arms": [[a.tolist(), b.tolist()] for a, b in arms], "difference": solution[1], "slope": solution[2],
            "variances": [float(np.var(a - solution[2] * b, ddof=1)) for a, b in arms]}


def optimal_shares():
    rows = []
    for means in ([1.0, 0.5], [1.0, 0.8, 0.5], [0.3, 0.1, 0.2, 0.25, 0.0]):
        best, arms = int(np.argmax(means)), len(means)

        def cost(x, a):  # x: the shares, and the least cost
            return x[best] * x[a] / (x[best] + x[a]) * (means[best] - means[a]) ** 2 * 100 - x[-1]
        limits = [{"type": "ineq", "fun": cost, "args": (a,)} for a in range(arms) if a != best]
        limits.append({"type": "eq", "fun": lambda x: x[:-1].sum() - 1})
        found = optimize.minimize(lambda x: -x[-1], np.append(np.full(arms, 1 / arms), 0.0), method="SLSQP",
                                  constraints=limits, bounds=[(1e-6, 1)] * arms + [(0, None)],
                                  options={"ftol": 1e-15, "maxiter": 1000})
        rows.append([means, found.x[:-1].tolist()])
    return rows


print(json.dumps({"special": special_functions(), "sequences": sequences(), "ratios": ratios(), "covariate": covariate(),
                  "optimal_shares": optimal_shares()}, indent=1, default=float))
