"""The channels of the settings are joined, as often as it takes, and no others."""

from tests.services.bot.networks.irc.talk import Talk, inside


def test_channels_are_joined_together_and_keys_come_first() -> None:
    assert Talk("#a", "#b key", "#c", "#d\t other").welcome() == ["JOIN #b,#d,#a,#c key,other"]
    many = Talk(*(f"#channel-{number}" for number in range(25))).welcome()
    assert [len(line.split(",")) for line in many] == [10, 10, 5]
    assert [len(line.split(",")) for line in Talk("#" + "a" * 190, "#" + "b" * 190, "#c").welcome()] == [1, 2]


def test_a_server_that_says_nothing_of_itself_is_waited_for_only_so_long() -> None:
    talk = Talk("#den")
    talk.after(":s 001 postil :welcome")
    assert talk.later(2) == []
    assert talk.later(4) == ["JOIN #den"]


def test_a_join_that_is_refused_is_tried_later_and_later() -> None:
    talk = Talk("#den")
    talk.welcome()
    pauses = []
    for number in ("471", "473", "474", "475", "477", "437", "403", "405"):
        talk.after(f":s {number} postil #Den :no")
        seconds = 0
        while not talk.later(10):
            seconds += 10
        pauses.append(seconds + 10)
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800]


def test_a_join_without_an_answer_is_asked_again() -> None:
    talk = Talk("#den")
    talk.welcome()
    assert talk.later(59) == []
    assert talk.later(2) == ["JOIN #den"]


def test_who_is_kicked_comes_back_a_few_times() -> None:
    talk = inside("#den")
    pauses = []
    for _ in range(5):
        talk.after(":ada!a@b KICK #den postil :out")
        seconds = 0
        while not talk.later(10):
            seconds += 10
        pauses.append(seconds + 10)
        talk.enters("#den")
    assert pauses == [10, 20, 40, 80, 160]
    talk.after(":ada!a@b KICK #den postil :out")
    assert talk.later(100_000) == []
    talk.after(":ada!a@b INVITE postil #den")
    assert talk.later(1) == ["JOIN #den"]


def test_kicks_of_long_ago_are_forgotten() -> None:
    talk = inside("#den")
    for _ in range(10):
        talk.later(4_000)
        talk.after(":ada!a@b KICK #den postil :out")
        assert talk.later(10) == ["JOIN #den"]
        talk.enters("#den")


def test_an_invitation_is_followed_only_where_it_wants_to_be() -> None:
    talk = Talk("#den")
    talk.welcome()
    talk.after(":s 473 postil #den :invite only", ":ada!a@b INVITE postil #trap", ":ada!a@b INVITE postil #den")
    assert talk.later(9) == []
    assert talk.later(1) == ["JOIN #den"]
    for _ in range(100):
        talk.after(":ada!a@b INVITE postil #den")
        assert talk.later(0) == []


def test_where_somebody_puts_it_against_its_will_it_leaves() -> None:
    talk = inside("#den")
    assert talk.enters("#elsewhere") == ["PART #elsewhere"]
    talk.after(":postil!bot@h PART #den")
    assert talk.later(30) == ["JOIN #den"]


def test_the_server_says_which_names_are_the_same() -> None:
    talk = Talk("#Den[1]")
    talk.welcome("CASEMAPPING=rfc1459", "CHANTYPES=#")
    talk.enters("#dEN{1}")
    talk.after(":ada!a@b PRIVMSG #DEN[1} :hello")
    assert [heard.channel for heard in talk.heard] == ["den{1}"]


def test_it_knows_who_is_there_for_when_they_go() -> None:
    talk = inside("#a", "#b")
    talk.after(":s 353 postil = #a :@ada +Bob postil", ":s 353 postil = #b :~ada", ":s 353 postil = #none :ada")
    talk.after(":ada!a@b QUIT :net.one net.two", ":bob!a@b NICK rob", ":nobody!a@b QUIT :x")
    assert [(heard.channel, heard.author, heard.kind, heard.text) for heard in talk.heard] == [
        ("a", "ada", "left", "net.one net.two"),
        ("b", "ada", "left", "net.one net.two"),
        ("a", "bob", "left", "is now rob"),
        ("a", "rob", "joined", "was bob"),
    ]
