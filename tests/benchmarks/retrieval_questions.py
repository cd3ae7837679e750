"""Ninety invented passages, each with the one question it answers.

Those of the company's handbook may be looked at when the search is changed; ``HELD_OUT``, of a
holiday home, a school and some machines, only shows what a change is worth elsewhere.
"""

from __future__ import annotations

import re

LITERAL = (
    ("Every employee has thirty days of vacation a year.", "How many days of vacation are there?"),
    ("The main entrance opens at seven and closes at ten.", "When does the main entrance open?"),
    ("Invoices are paid within fourteen days of receipt.", "When are invoices paid?"),
    ("The fire assembly point is the car park behind hall 3.", "Where is the fire assembly point?"),
    ("Badges that are lost are reported to the front desk.", "Who is told of lost badges?"),
    ("Error E-4711 means that the printer has no paper.", "What does E-4711 mean?"),
    ("Business trips by train are booked in second class.", "Which class on trips by train?"),
    ("The canteen serves vegetarian dishes on every weekday.", "Is there a vegetarian dish?"),
    ("Passwords have at least fourteen characters.", "How many characters has a password?"),
    ("The server room is kept at twenty-one degrees.", "How warm is the server room?"),
    ("Contract AX-2310 with Northwind ends in March 2027.", "When does contract AX-2310 end?"),
    ("Parental leave is requested seven weeks before.", "When is parental leave requested?"),
    ("The projector in room Kepler is repaired by Facilities.", "Who repairs the projector?"),
    ("Overtime is compensated by free time in the next quarter.", "How is overtime compensated?"),
    ("The pension fund is run by Alder Insurance.", "Who runs the pension fund?"),
    ("Bicycles may be parked in the basement garage.", "Where may bicycles be parked?"),
    ("Visitors sign the visitors' book and wear a blue lanyard.", "What do visitors wear?"),
    ("The backup of the database runs at two in the morning.", "When does the backup run?"),
    ("The works council has nine members.", "How many members has the works council?"),
    ("Training budgets are twelve hundred euros per person.", "How large is the training budget?"),
    ("First aid boxes hang beside the kitchens.", "Where are the first aid boxes?"),
    ("Forklifts are driven with a licence only.", "Who may drive a forklift?"),
    ("Samples are stored in the cold room for six months.", "How long are samples stored?"),
    ("The function parse_header returns a list of pairs.", "What does parse_header return?"),
    ("Dogs are allowed on the second floor.", "On which floor are dogs allowed?"),
    ("The customs number for cables is 85444290.", "Which goods have 85444290?"),
    ("The choir rehearses on Tuesday in the atrium.", "When does the choir rehearse?"),
    ("Solar panels cover the roof of hall 5.", "Which roof has solar panels?"),
    ("Complaints are answered within three working days.", "When are complaints answered?"),
    ("The emergency generator runs for eight hours.", "How long does the generator run?"),
)

# Two thirds share no telling word with their passage, one third shares one.
PARAPHRASED = (
    ("Wages reach bank accounts on the 27th.", "On which day of the month do I get my money?"),
    ("Who falls ill calls the team lead before nine.", "I am ill, whom must I tell?"),
    ("Laptops are replaced after four years.", "When do I receive a new computer?"),
    ("Smoking is permitted in the yard only.", "Where can I light a cigarette?"),
    ("Meals at noon cost four euros.", "How much is a meal in the canteen?"),
    ("New colleagues are on trial for six months.", "How long is the probation period?"),
    ("The lift is out of service until Friday.", "Why must I take the stairs this week?"),
    ("Home office is possible on two days a week.", "How often may I work remotely?"),
    ("Notice must be given three months ahead.", "If I want to quit, how early do I say so?"),
    ("Parcels are collected at four by the courier.", "Until when can I send a package?"),
    ("Wear hearing protection in the press shop.", "Do I need earplugs near the machines?"),
    ("Receipts above fifty euros need a signature.", "Who must approve expensive receipts?"),
    ("The tap water is tested each quarter.", "Is the water from the sink safe?"),
    ("Guests use the wireless network called Garden.", "How can a guest get internet?"),
    ("Cars are charged free of cost on level one.", "Where do I charge my electric vehicle?"),
    ("Minutes are sent out on the day after.", "When do I see what the meeting decided?"),
    (
        "Children are looked after in the house next door.",
        "Is there a kindergarten for my children?",
    ),
    ("The window fronts are cleaned in spring.", "When does somebody wash the glass?"),
    ("Anniversaries of ten years bring a bonus.", "What is my reward for a decade of service?"),
    ("Recordings of cameras are erased after three days.", "How long is surveillance kept?"),
    ("The nurse sees people on Wednesdays.", "When can I consult medical staff?"),
    ("Discarded batteries belong in the red bin.", "Which bin takes old power cells?"),
    ("Tickets for buses and trams are subsidised.", "Does the firm help with my commute?"),
    ("Shoes with steel caps are issued on day one.", "Do I get safety boots when I start?"),
    ("Nobody enters the laboratory alone at night.", "May I stay alone in the evening to test?"),
    ("Suppliers are audited every second year.", "How often do we check our vendors?"),
    ("The heating is lowered at weekends.", "Why is the heating off on Sundays?"),
    ("Press enquiries go to the communications team.", "A journalist phoned, what now?"),
    ("Desks are adjustable in height.", "Can I stand while I work?"),
    ("The archive holds files for a decade.", "How long are records retained?"),
)

# As above: two thirds share no telling word with their passage.
HELD_OUT = (
    ("Keys lie under the flower pot beside the gate.", "How do we get into the house on arrival?"),
    ("Rubbish is collected every Monday morning.", "On which day do they fetch the garbage?"),
    ("The stove is lit with the long matches only.", "How do I start a fire in the kitchen?"),
    ("Leave by ten on the day of departure.", "When do we have to check out?"),
    ("The nearest grocer is in Hollow Lane.", "Where can I buy food?"),
    ("Quiet is asked for after eleven at night.", "Until when may we play loud music?"),
    ("Fresh linen is in the chest upstairs.", "Where do I find clean bed sheets?"),
    ("The boiler must be refilled below one bar.", "What if the heating pressure is low?"),
    ("Swimming in the pond is at your own risk.", "Is it safe to bathe in the lake?"),
    ("A physician practises opposite the church.", "Where is the closest doctor?"),
    ("Pets pay five euros each night.", "What does it cost to bring my dog?"),
    ("Firewood is stacked behind the shed.", "Where are logs for the chimney?"),
    ("Pupils who are late report to the secretary.", "What happens if my son misses the bell?"),
    ("Textbooks are lent free of charge.", "Do parents have to purchase school books?"),
    ("Lessons end at noon on Fridays.", "When can I pick my daughter up before the weekend?"),
    ("Mobile phones stay in the lockers.", "Are children allowed to use their cell phones?"),
    ("The headmistress receives visitors on Thursdays.", "When may I talk to the principal?"),
    ("Marks are given from one to six.", "How are grades expressed?"),
    ("The trip to the coast lasts five days.", "How long is the excursion to the sea?"),
    ("Fees are due at the start of each term.", "When must tuition be settled?"),
    ("Lunch contains no pork.", "Is the midday meal suitable for Muslims?"),
    ("Absence needs a note from a parent.", "How do I excuse my sick kid?"),
    ("Descale the machine once a month.", "How often should limestone be removed?"),
    ("A blinking lamp means that the tank is empty.", "Why does the light flash?"),
    ("Unplug the device before cleaning.", "Should I disconnect it when I wash it?"),
    ("The warranty covers two years.", "For how long is the product guaranteed?"),
    ("Blades are sharpened by the manufacturer.", "Who makes the knives cut well again?"),
    (
        "Charge the battery for three hours at first.",
        "How long must the accumulator load initially?",
    ),
    ("Hold both buttons to restore the defaults.", "How do I reset it to factory settings?"),
    ("Spare parts are ordered by telephone.", "Can I call to get replacements?"),
)


def misspelt(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The same with two letters exchanged in the middle of each question's longest word."""
    return tuple((passage, _with_slip(question)) for passage, question in pairs)


def _with_slip(question: str) -> str:
    word = max(re.findall(r"[a-z]+", question), key=len)
    at = len(word) // 2
    slipped = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    return question.replace(word, slipped, 1)
