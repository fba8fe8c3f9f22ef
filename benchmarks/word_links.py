"""How good the word links of the engine's attention are: alignment error rate on thirty pairs aligned by hand.

``python -m benchmarks.word_links [MODEL]`` forces the model to say the human translations, and compares the links of
its attention with sure and possible ones (Och and Ney 2003). The sentences are our own; the built-in model was trained
on most of the first ten, as it was on their words' links; the other twenty are held back from its training.
"""

from __future__ import annotations

import sys

from mtpipe import models, word_links
from mtpipe.text import for_model
from mtpipe.translator import Decoding, Engine

# Source | target language | translation | sure links | possible links; source word - target word, from 0.
_GOLD = """
لم يحضر رئيس الوزراء الجلسة.|en|The prime minister did not attend the session.|0-4 1-5 4-7|0-3 1-3 2-0 2-1 2-2 3-1 3-2 4-6
لم يحضر رئيس الوزراء الجلسة.|fr|Le Premier ministre n'a pas assisté à la séance.|0-4 1-5 4-8|0-3 1-3 1-6 2-0 2-1 2-2 3-1 3-2 4-6 4-7
لا يعيش الدب القطبي إلا في نصف الكرة الشمالي.|en|The polar bear lives only in the northern hemisphere.|1-3 2-2 3-1 4-4 5-5 8-7|0-4 2-0 6-6 6-8 7-8
لا يعيش الدب القطبي إلا في نصف الكرة الشمالي.|fr|L'ours polaire ne vit que dans l'hémisphère nord.|1-3 2-0 3-1 5-5 8-7|0-2 0-4 4-2 4-4 6-6 7-6
وصل الرئيس الفرنسي إلى الجزائر في زيارة رسمية تستغرق ثلاثة أيام.|en|The French president arrived in Algeria on an official visit lasting three days.|0-3 1-2 2-1 3-4 4-5 5-6 6-9 7-8 8-10 9-11 10-12|1-0 6-7
وصل الرئيس الفرنسي إلى الجزائر في زيارة رسمية تستغرق ثلاثة أيام.|fr|Le président français est arrivé en Algérie pour une visite officielle de trois jours.|0-4 1-1 2-2 4-6 6-9 7-10 9-12 10-13|0-3 1-0 3-5 5-7 6-8 8-11
التضخم يلتهم رواتب الموظفين.|en|Inflation is eating away at employees' salaries.|0-0 1-2 2-6 3-5|1-1 1-3 1-4
التضخم يلتهم رواتب الموظفين.|fr|L'inflation dévore les salaires des employés.|0-0 1-1 2-3 3-5|2-2 3-4
جُرح ثلاثون شخصا في انهيار شرفة خلال حفل غنائي في مدينة جونية شمال بيروت.|en|Thirty people were injured when a balcony collapsed during a concert in the town of Jounieh, north of Beirut.|0-3 1-0 2-1 4-7 5-6 6-8 7-10 9-11 10-13 11-15 12-16 13-18|0-2 3-4 5-5 7-9 8-10 10-12 10-14 12-17
جُرح ثلاثون شخصا في انهيار شرفة خلال حفل غنائي في مدينة جونية شمال بيروت.|fr|Trente personnes ont été blessées dans l'effondrement d'un balcon lors d'un concert à Jounieh, au nord de Beyrouth.|0-4 1-0 2-1 3-5 4-6 5-8 6-9 7-11 11-13 12-15 13-17|0-2 0-3 5-7 6-10 8-11 9-12 10-12 10-13 12-14 12-16
"""  # noqa: E501, RUF100
_HELD_BACK = """
قُتل المشتبه به في تبادل لإطلاق النار.|en|The suspect was killed in an exchange of fire.|0-3 1-1 3-4 4-6 6-8|0-2 1-0 2-1 4-5 5-7 5-8
قُتل المشتبه به في تبادل لإطلاق النار.|fr|Le suspect a été tué dans un échange de tirs.|0-4 1-1 3-5 4-7 6-9|0-2 0-3 1-0 2-1 4-6 5-8 5-9
كان البرق سبب الحريق، لا إهمال المخيمين.|en|Lightning was the cause of the fire, not the campers' negligence.|0-1 1-0 2-3 3-6 4-7 5-10 6-9|2-2 2-4 3-4 3-5 5-8 6-8
كان البرق سبب الحريق، لا إهمال المخيمين.|fr|C'est la foudre qui a causé l'incendie, et non la négligence des campeurs.|1-2 2-5 3-6 4-8 5-10 6-12|0-0 0-3 0-4 1-1 2-4 4-7 5-9 6-11
كاد سعر البصل أن يُسقط الحكومة الهندية.|en|The price of onions nearly brought down the Indian government.|0-4 1-1 2-3 4-5 4-6 5-9 6-8|1-0 1-2 2-2 3-5 5-7
كاد سعر البصل أن يُسقط الحكومة الهندية.|fr|Le prix des oignons faillit faire tomber le gouvernement indien.|0-4 1-1 2-3 4-6 5-8 6-9|1-0 2-2 3-5 4-5 5-7
يستطيع العقعق التعرف إلى نفسه في المرآة.|en|The magpie can recognise itself in a mirror.|0-2 1-1 2-3 4-4 5-5 6-7|1-0 3-3 3-4 6-6
يستطيع العقعق التعرف إلى نفسه في المرآة.|fr|La pie peut se reconnaître dans un miroir.|0-2 1-1 2-4 4-3 5-5 6-7|1-0 3-3 3-4 6-6
لم يسلم من العاصفة إلا برج الكنيسة ومدخنة المعمل.|en|Only the church tower and the factory chimney survived the storm.|1-8 3-10 4-0 5-3 6-2 7-7 8-6|0-0 2-8 3-9 5-1 6-1 7-4 7-5 8-5
لم يسلم من العاصفة إلا برج الكنيسة ومدخنة المعمل.|fr|Seuls le clocher de l'église et la cheminée de l'usine ont résisté à la tempête.|1-11 3-14 4-0 5-2 6-4 7-7 8-9|0-0 1-10 2-12 3-13 5-1 6-3 7-5 7-6 8-8
الزئبق هو الفلز الوحيد الذي يكون سائلا في حرارة الغرفة.|en|Mercury is the only metal that is liquid at room temperature.|0-0 1-1 2-4 3-3 4-5 5-6 6-7 7-8 8-10 9-9|2-2 3-2
الزئبق هو الفلز الوحيد الذي يكون سائلا في حرارة الغرفة.|fr|Le mercure est le seul métal liquide à température ambiante.|0-1 1-2 2-5 3-4 6-6 7-7 8-8 9-9|0-0 2-3 3-3 4-6 5-6
لستُ مرشحا لأي منصب ولا أسعى إلى زعامة.|en|I am not a candidate for any post, nor do I seek leadership.|0-2 1-4 2-6 3-7 4-8 5-11 7-12|0-0 0-1 1-3 2-5 5-9 5-10 6-11
لستُ مرشحا لأي منصب ولا أسعى إلى زعامة.|fr|Je ne suis candidat à aucun poste et ne brigue aucun leadership.|0-1 1-3 2-5 3-6 4-8 5-9 7-11|0-0 0-2 2-4 4-7 4-10 6-9 7-10
بُعثت إلى كل نائب نسخة من الكتاب الأبيض.|en|A copy of the white paper was sent to every deputy.|0-7 1-8 2-9 3-10 4-1 5-2 6-5 7-4|0-6 4-0 6-3
بُعثت إلى كل نائب نسخة من الكتاب الأبيض.|fr|Un exemplaire du livre blanc a été envoyé à chaque député.|0-7 1-8 2-9 3-10 4-1 5-2 6-3 7-4|0-5 0-6 4-0 6-2
اضطر المطعم إلى إغلاق أبوابه بعد أربعين عاماً.|en|The restaurant was forced to close its doors after forty years.|0-3 1-1 2-4 3-5 4-7 5-8 6-9 7-10|0-2 1-0 4-6
اضطر المطعم إلى إغلاق أبوابه بعد أربعين عاماً.|fr|Le restaurant a dû fermer ses portes après quarante ans.|0-3 1-1 3-4 4-6 5-7 6-8 7-9|0-2 1-0 2-3 2-4 4-5
أثبتت الفحوص أن الشاحنة كانت تسير بلا مكابح خلفية.|en|Tests showed that the truck had been running without rear brakes.|0-1 1-0 2-2 3-4 5-7 6-8 7-10 8-9|3-3 4-5 4-6
أثبتت الفحوص أن الشاحنة كانت تسير بلا مكابح خلفية.|fr|Les examens ont prouvé que le camion roulait sans freins arrière.|0-3 1-1 2-4 3-6 5-7 6-8 7-9 8-10|0-2 1-0 3-5 4-7
"""  # noqa: E501, RUF100
Pairs = set[tuple[int, int]]


def pairs(text: str) -> Pairs:
    """Read links written ``0-1 2-3``."""
    return {(int(a), int(b)) for a, b in (link.split("-") for link in text.split())}


def measure(engine: Engine, gold_set: str = _GOLD + _HELD_BACK) -> tuple[float, float, float]:
    """Return precision, recall and alignment error rate over a hand-made set, all of it unless said."""
    rows = [line.split("|") for line in gold_set.splitlines() if line]
    jobs = [(for_model(row[0]), row[1]) for row in rows]
    made = engine.alternatives(jobs, "ar", Decoding({"beam_size": 1}, begins=[row[2] for row in rows]))
    found = sure = in_sure = in_possible = 0
    for row, (hypothesis, *_) in zip(rows, made, strict=True):
        gold, possible = pairs(row[3]), pairs(row[3]) | pairs(row[4])
        links = {link for link in hypothesis.links if link[1] < len(row[2].split())}
        found, sure = found + len(links), sure + len(gold)
        in_sure, in_possible = in_sure + len(links & gold), in_possible + len(links & possible)
    return in_possible / max(1, found), in_sure / sure, 1 - (in_sure + in_possible) / (found + sure)


def main() -> None:
    """Print the figures, also for other thresholds than the one in use."""
    engine = Engine(models.find(*sys.argv[1:2]), links=True)
    for name, gold_set in (("the first ten", _GOLD), ("twenty held back", _HELD_BACK)):
        precision, recall, error = measure(engine, gold_set)
        print(f"{name}: precision {precision:.3f}, recall {recall:.3f}, AER {error:.3f}")
    print("\n| least share | nearly the most | precision | recall | AER |\n|---|---|---|---|---|")
    chosen = (word_links._LEAST, word_links._NEARLY)
    for least in (0.15, 0.2, 0.25, 0.3, 0.4):
        for nearly in (0.6, 0.8, 1.0):
            word_links._LEAST, word_links._NEARLY = least, nearly
            precision, recall, error = measure(engine)
            mark = " (in use)" if (least, nearly) == chosen else ""
            print(f"| {least}{mark} | {nearly} | {precision:.3f} | {recall:.3f} | {error:.3f} |")


if __name__ == "__main__":
    main()
