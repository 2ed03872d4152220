using PlaybookOperator.Tools.Http;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Http;

public sealed class LinkHeaderTests
{
    private const string Request = "http://host:8080/items/list?page=2&per=5";

    [Theory]
    [InlineData("""<http://host/a?p=1>; rel="prev", <http://host/a?p=3>; rel="next" """, "next", "http://host/a?p=3")]
    [InlineData("""<http://host/a?p=1>; rel="prev", <http://host/a?p=3>; rel="next" """, "prev", "http://host/a?p=1")]
    [InlineData("<?page=3>; rel=next", "next", "http://host:8080/items/list?page=3")]
    [InlineData("</x?page=3>;rel=next", "next", "http://host:8080/x?page=3")]
    [InlineData("<other>; rel=next", "next", "http://host:8080/items/other")]
    [InlineData("<//cdn/x>; rel=next", "next", "http://cdn/x")]
    [InlineData("""<http://h/1,2;3?q="a"> ; title="a, b; rel=\"prev\" <x>" ; REL = "Next" """, "next", "http://h/1,2;3?q=%22a%22")]
    [InlineData("""<http://h/a>; rel="last  next	first" """, "first", "http://h/a")]
    [InlineData("""<http://h/a>; rel=next; rel=prev""", "next", "http://h/a")]
    [InlineData("""<http://h/a>; rel="next", <http://h/b>; rel="next" """, "next", "http://h/a")]
    [InlineData(""", ,<http://h/a>; rel="next",""", "next", "http://h/a")]
    [InlineData("""<http://h/a%20b?c=%2B&d=é>; rel=next""", "next", "http://h/a%20b?c=%2B&d=%C3%A9")]
    [InlineData("""<http://h/a>; rel="https://example.com/rels/Up" """, "https://example.com/rels/up", "http://h/a")]
    public void A_link_is_found_by_its_relation(string header, string relation, string url) =>
        Assert.Equal(url, Parse(header).GetMember(relation).GetMember("url").ToText());

    [Theory]
    [InlineData("")]
    [InlineData("""<http://h/a>; rel="next"; anchor="#part" """)]
    [InlineData("""<http://h/a>; anchor="http://h/elsewhere"; rel="next" """)]
    [InlineData("<http://h/a>")]
    [InlineData("<http://h/a>; rel=")]
    [InlineData("http://h/a; rel=next")]
    [InlineData("<http://h/a; rel=next")]
    [InlineData("<http://[bad>; rel=next")]
    [InlineData("""<http://h/a>; title="unclosed; rel=next""")]
    public void What_is_no_link_of_the_answer_is_left_out(string header) => Assert.Equal(0, Parse(header).Count);

    [Theory]
    [InlineData("""<http://h/a>; rel=prev; rev=next""")]
    [InlineData("""<http://h/a>; title="next"; rel=prev""")]
    public void Only_rel_makes_a_relation(string header) => Assert.Equal("undefined", Parse(header).GetMember("next").TypeName);

    [Fact]
    public void The_other_parameters_of_a_link_are_there_too() =>
        Assert.Equal(
            """{"next":{"cursor":"0:100:0","results":"true","url":"http://h/a"}}""",
            Parse("""<http://h/a>; rel="next"; results="true"; cursor="0:100:0" """).ToJson());

    private static PlaybookOperator.Core.Templates.Value Parse(string header) => LinkHeader.Parse(header, new Uri(Request));
}
