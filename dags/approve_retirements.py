"""Asks a person when records left a list, more than its limit; runs only then."""

from airflow.sdk import dag

from gateway.airflow import NEWS, RETIREMENTS, ask_person, heed, retirements_due

DOC = """
### Duyệt bãi bỏ · approve retirements

A sync found that complete lists no longer have more records than their limit allows. Nothing is retired until a person says so:
*Required Actions* of this run. No answer within 20 hours changes nothing; the next night asks again. The same from a shell:
`gateway retire list`, `gateway retire approve PORTAL`, `gateway retire reject PORTAL`.
"""


@dag(
    schedule=[RETIREMENTS],
    catchup=False,
    max_active_runs=16,
    tags=["retire"],
    doc_md=DOC,
    default_args={"owner": "gateway"},
)
def approve_retirements() -> None:
    """What is due, a question for each portal, and what the answer changes."""
    due = retirements_due()
    answers = ask_person(due)
    heed.override(outlets=[NEWS]).expand(asked=due.zip(answers.output))


approve_retirements()
