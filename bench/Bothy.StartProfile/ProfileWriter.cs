using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Bothy.StartProfile;

/// <summary>
/// Writes a profile that crossgen reads (<c>.mibc</c>): an assembly whose global method <c>AssemblyDictionary</c> names groups, each a method
/// that loads the tokens of the methods of one assembly. Nothing in it is ever run.
/// </summary>
internal sealed class ProfileWriter(KnownTypes types)
{
    private readonly MetadataBuilder _metadata = new();
    private readonly MethodBodyStreamEncoder _bodies = new(new BlobBuilder());
    private readonly Dictionary<Assembly, AssemblyReferenceHandle> _assemblies = [];
    private readonly Dictionary<Type, TypeReferenceHandle> _references = [];
    private readonly SortedDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private HashSet<string> _mentioned = [];

    /// <summary>Adds the methods that <paramref name="name"/> may mean; false where there are none.</summary>
    public bool TryAdd(JitName name)
    {
        bool added = false;
        foreach (var owner in name.Owner.IsArray ? [] : types.FindAll(name.Owner.Name))
        {
            added |= TryAdd(owner, name);
        }

        return added;
    }

    private bool TryAdd(Type owner, JitName name)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var methods = owner.GetMethods(All).Concat<MethodBase>(owner.GetConstructors(All))
            .Where(method => method.Name == name.Name && method.GetParameters().Length == name.Parameters)
            .Where(method => (method.IsGenericMethodDefinition ? method.GetGenericArguments().Length : 0) == name.Arguments.Count)
            .ToList();
        bool added = false;
        foreach (var method in methods)
        {
            _mentioned = new(StringComparer.Ordinal);
            if (Token(method, owner, name) is { } token)
            {
                string assembly = owner.Assembly.GetName().Name!;
                if (!_groups.TryGetValue(assembly, out var group))
                {
                    _groups[assembly] = group = new Group();
                }

                group.Code.LoadToken(token);
                group.Mentioned.UnionWith(_mentioned);
                added = true;
            }
        }

        return added;
    }

    /// <summary>The whole profile: equal methods make equal bytes.</summary>
    public byte[] Finish()
    {
        var dictionary = new TokenCode();
        var signature = Signature(encoder => encoder.MethodSignature().Parameters(0, static result => result.Void(), static _ => { }));
        MethodDefinitionHandle Method(string name, TokenCode code) => _metadata.AddMethodDefinition(
            MethodAttributes.Public | MethodAttributes.Static,
            MethodImplAttributes.IL,
            _metadata.GetOrAddString(name),
            signature,
            _bodies.AddMethodBody(code.Finish(), maxStack: 8),
            default);

        var first = default(MethodDefinitionHandle);
        foreach (var (assembly, group) in _groups)
        {
            var method = Method($"Assemblies_{assembly}", group.Code);
            first = first.IsNil ? method : first;
            group.Mentioned.Remove(assembly);
            dictionary.LoadText(_metadata.GetOrAddUserString($"{assembly};{string.Concat(group.Mentioned.Order(StringComparer.Ordinal).Select(other => $"{other};"))}"));
            dictionary.LoadToken(method);
        }

        var last = Method("AssemblyDictionary", dictionary);
        _metadata.AddModule(0, _metadata.GetOrAddString("start.mibc"), _metadata.GetOrAddGuid(new Guid("b0714000-0000-4000-8000-000000000001")), default, default);
        _metadata.AddAssembly(_metadata.GetOrAddString("start.mibc"), new Version(0, 0, 0, 0), default, default, default(AssemblyFlags), AssemblyHashAlgorithm.None);
        _metadata.AddTypeDefinition(default, default, _metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), first.IsNil ? last : first);
        var file = new ManagedPEBuilder(
            new PEHeaderBuilder(imageCharacteristics: Characteristics.ExecutableImage | Characteristics.Dll),
            new MetadataRootBuilder(_metadata),
            _bodies.Builder,
            deterministicIdProvider: static _ => new BlobContentId(new Guid("b0714000-0000-4000-8000-000000000002"), 1));
        var bytes = new BlobBuilder();
        file.Serialize(bytes);
        return bytes.ToArray();
    }

    private EntityHandle? Token(MethodBase method, Type owner, JitName name)
    {
        try
        {
            var parent = owner.IsGenericTypeDefinition ? (EntityHandle)_metadata.AddTypeSpecification(Signature(encoder => Encode(encoder.TypeSpecificationSignature(), name.Owner))) : Reference(owner);
            var member = (EntityHandle)_metadata.AddMemberReference(parent, _metadata.GetOrAddString(method.Name), SignatureOf(method));
            return name.Arguments.Count == 0 ? member : _metadata.AddMethodSpecification(member, Signature(encoder =>
            {
                var arguments = encoder.MethodSpecificationSignature(name.Arguments.Count);
                name.Arguments.ForEach(argument => Encode(arguments.AddArgument(), argument));
            }));
        }
        catch (UnknownTypeException)
        {
            return null;
        }
    }

    private BlobHandle SignatureOf(MethodBase method) => Signature(encoder =>
    {
        var parameters = method.GetParameters();
        encoder.MethodSignature(genericParameterCount: method.IsGenericMethodDefinition ? method.GetGenericArguments().Length : 0, isInstanceMethod: !method.IsStatic).Parameters(
            parameters.Length,
            result =>
            {
                if (method is not MethodInfo { ReturnParameter: var returned } || returned.ParameterType == typeof(void))
                {
                    result.Void();
                    return;
                }

                Modifiers(result.CustomModifiers(), returned);
                var type = returned.ParameterType;
                Encode(type.IsByRef ? result.Type(isByRef: true) : result.Type(), type.IsByRef ? type.GetElementType()! : type);
            },
            list =>
            {
                foreach (var parameter in parameters)
                {
                    var encoded = list.AddParameter();
                    Modifiers(encoded.CustomModifiers(), parameter);
                    var type = parameter.ParameterType;
                    Encode(type.IsByRef ? encoded.Type(isByRef: true) : encoded.Type(), type.IsByRef ? type.GetElementType()! : type);
                }
            });
    });

    private void Modifiers(CustomModifiersEncoder encoder, ParameterInfo parameter)
    {
        foreach (var modifier in parameter.GetRequiredCustomModifiers())
        {
            encoder = encoder.AddModifier(Reference(modifier), isOptional: false);
        }
    }

    private BlobHandle Signature(Action<BlobEncoder> write)
    {
        var blob = new BlobBuilder();
        write(new BlobEncoder(blob));
        return _metadata.GetOrAddBlob(blob);
    }

    private void Encode(SignatureTypeEncoder encoder, JitType type)
    {
        if (type.IsArray)
        {
            encoder = encoder.SZArray();
        }

        var definition = types.Find(type.Name) ?? throw new UnknownTypeException(type.Name);
        if (type.Arguments.Count == 0)
        {
            Encode(encoder, definition);
            return;
        }

        var arguments = encoder.GenericInstantiation(Reference(definition), type.Arguments.Count, definition.IsValueType);
        type.Arguments.ForEach(argument => Encode(arguments.AddArgument(), argument));
    }

    private void Encode(SignatureTypeEncoder encoder, Type type)
    {
        if (type.IsGenericMethodParameter)
        {
            encoder.GenericMethodTypeParameter(type.GenericParameterPosition);
        }
        else if (type.IsGenericTypeParameter)
        {
            encoder.GenericTypeParameter(type.GenericParameterPosition);
        }
        else if (type.IsSZArray)
        {
            Encode(encoder.SZArray(), type.GetElementType()!);
        }
        else if (type.IsPointer && type.GetElementType() == typeof(void))
        {
            encoder.VoidPointer();
        }
        else if (type.IsPointer)
        {
            Encode(encoder.Pointer(), type.GetElementType()!);
        }
        else if (type.IsFunctionPointer || type.IsArray)
        {
            throw new UnknownTypeException(type.ToString());
        }
        else if (type.IsGenericType)
        {
            var arguments = encoder.GenericInstantiation(Reference(type.GetGenericTypeDefinition()), type.GetGenericArguments().Length, type.IsValueType);
            foreach (var argument in type.GetGenericArguments())
            {
                Encode(arguments.AddArgument(), argument);
            }
        }
        else if (!TryPrimitive(encoder, type))
        {
            encoder.Type(Reference(type), type.IsValueType);
        }
    }

    private static bool TryPrimitive(SignatureTypeEncoder encoder, Type type)
    {
        PrimitiveTypeCode? code = type.IsEnum ? null : Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => PrimitiveTypeCode.Boolean,
            TypeCode.Char => PrimitiveTypeCode.Char,
            TypeCode.SByte => PrimitiveTypeCode.SByte,
            TypeCode.Byte => PrimitiveTypeCode.Byte,
            TypeCode.Int16 => PrimitiveTypeCode.Int16,
            TypeCode.UInt16 => PrimitiveTypeCode.UInt16,
            TypeCode.Int32 => PrimitiveTypeCode.Int32,
            TypeCode.UInt32 => PrimitiveTypeCode.UInt32,
            TypeCode.Int64 => PrimitiveTypeCode.Int64,
            TypeCode.UInt64 => PrimitiveTypeCode.UInt64,
            TypeCode.Single => PrimitiveTypeCode.Single,
            TypeCode.Double => PrimitiveTypeCode.Double,
            TypeCode.String => PrimitiveTypeCode.String,
            _ when type == typeof(nint) => PrimitiveTypeCode.IntPtr,
            _ when type == typeof(nuint) => PrimitiveTypeCode.UIntPtr,
            _ when type == typeof(object) => PrimitiveTypeCode.Object,
            _ => null,
        };
        if (code is { } known)
        {
            encoder.PrimitiveType(known);
        }

        return code is not null;
    }

    private TypeReferenceHandle Reference(Type type)
    {
        _mentioned.Add(type.Assembly.GetName().Name!);
        if (!_references.TryGetValue(type, out var handle))
        {
            EntityHandle scope = type.DeclaringType is { } outer ? Reference(outer) : Reference(type.Assembly);
            string space = type.DeclaringType is null ? type.Namespace ?? "" : "";
            _references[type] = handle = _metadata.AddTypeReference(scope, space.Length == 0 ? default : _metadata.GetOrAddString(space), _metadata.GetOrAddString(type.Name));
        }

        return handle;
    }

    private AssemblyReferenceHandle Reference(Assembly assembly)
    {
        if (!_assemblies.TryGetValue(assembly, out var handle))
        {
            var name = assembly.GetName();
            var key = name.GetPublicKeyToken() is { Length: > 0 } token ? _metadata.GetOrAddBlob(ImmutableArray.Create(token)) : default;
            _assemblies[assembly] = handle = _metadata.AddAssemblyReference(_metadata.GetOrAddString(name.Name!), name.Version!, default, key, default, default);
        }

        return handle;
    }

    private sealed class Group
    {
        public TokenCode Code { get; } = new();

        public HashSet<string> Mentioned { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>A body of instructions that load tokens and drop them.</summary>
internal sealed class TokenCode
{
    private readonly InstructionEncoder _code = new(new BlobBuilder());

    public void LoadText(UserStringHandle text) => _code.LoadString(text);

    public void LoadToken(EntityHandle token)
    {
        _code.OpCode(ILOpCode.Ldtoken);
        _code.Token(token);
        _code.OpCode(ILOpCode.Pop);
    }

    public InstructionEncoder Finish()
    {
        _code.OpCode(ILOpCode.Ret);
        return _code;
    }
}

/// <summary>A name of a type that is not there.</summary>
internal sealed class UnknownTypeException(string name) : Exception($"unknown type {name}");
