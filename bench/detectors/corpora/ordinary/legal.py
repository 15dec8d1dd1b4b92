"""Legal text: the licences of what is installed here, and contracts whose clauses resemble one another."""

import random

from bench.detectors.corpora.composition import fill, window
from bench.detectors.corpora.sources import licences, read
from bench.detectors.corpora.words import CITIES, SUBJECTS, SURNAMES, TASKS

PARTIES = (("Landlord", "Tenant"), ("Licensor", "Licensee"), ("Seller", "Buyer"), ("Employer", "Employee"), ("Lender", "Borrower"))
CLAUSES = (
    "The {a} shall {task} within {days} days of the date of this Agreement, unless the {b} agrees otherwise in writing.",
    "The {b} shall not {task} without the prior written consent of the {a}, which shall not be unreasonably withheld.",
    "If the {b} fails to {task} within {days} days of written notice, the {a} may terminate this Agreement with immediate effect.",
    "Nothing in this Agreement shall oblige the {a} or the {b} to {task}, whether before or after the date of this Agreement.",
    "The {a} shall indemnify the {b} against all claims, costs, losses and liabilities arising out of {subject}.",
    "The {b} shall indemnify the {a} against all claims, costs, losses and liabilities arising out of {subject}.",
    "Any dispute arising out of {subject} shall be referred to the courts of {city}, whose decision shall be final.",
    "The {a} represents and warrants that, to the best of the {a}'s knowledge, {subject} does not infringe the rights of any third party.",
    "The {b} represents and warrants that, to the best of the {b}'s knowledge, {subject} does not infringe the rights of any third party.",
    "This clause {number} shall survive the termination of this Agreement for a period of {days} months.",
)


def licence_texts(rng: random.Random, size: int) -> str:
    """Cut a window out of a licence."""
    return window(rng, read(rng.choice(licences())), size)


def contracts(rng: random.Random, size: int) -> str:
    """Write numbered clauses about two parties."""
    a, b = rng.choice(PARTIES)
    opening = f"AGREEMENT between {rng.choice(SURNAMES)} Ltd (the {a}) and {rng.choice(SURNAMES)} & Co (the {b})\n"
    worded = [clause for _ in range(50) for clause in rng.sample(CLAUSES, 4)]  # no clause twice in a section
    clauses = (
        f"{number // 4 + 1}.{number % 4 + 1} "
        + worded[number].format(
            a=a,
            b=b,
            number=number // 4 + 1,
            days=rng.choice((7, 14, 30, 60)),
            task=rng.choice(TASKS),
            subject=rng.choice(SUBJECTS),
            city=rng.choice(CITIES),
        )
        for number in range(len(worded))
    )
    return opening + "\n" + fill(clauses, size)
